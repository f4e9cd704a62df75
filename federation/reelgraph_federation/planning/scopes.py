"""Contexts (`@context`) that are set above a position, as values: of each, since when its value is there."""

from __future__ import annotations

from typing import TypeAlias

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from reelgraph_federation.planning.bounds import NEVER_REACHED
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.supergraph.model import ContextArgument

Scope: TypeAlias = tuple[tuple[tuple[str, str], int], ...]
"""For each context set above and each selection that is taken from it: the wave after which the
value is there. A plain value, so that what was found out in equal scopes is found once."""

NO_SCOPE: Scope = ()


def value_wave(scope: Scope, argument: ContextArgument) -> int:
    """Return the wave after which a contextual argument's value is there."""
    wanted = (argument.context, argument.selection)
    return next((wave for key, wave in scope if key == wanted), NEVER_REACHED)


def shadowed(scope: Scope, names: frozenset[str]) -> Scope:
    """Return what is left of a scope below an object that sets contexts of some names itself."""
    return tuple(one for one in scope if one[0][0] not in names)


def as_set_by(selection: str, type_name: str, types: TypeIndex) -> FieldSet:
    """Return what a contextual argument's selection means for the type that sets the context.

    For an object type this is one field: of several fragments, the first that fits.
    """
    fields = parse_field_set(selection)
    if types.is_abstract(type_name):
        return fields
    for one in fields:
        if one.name:
            return (one,)
        if one.on is None or type_name in types.possible_set(one.on):
            return one.children
    return ()
