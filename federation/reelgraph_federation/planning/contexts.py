"""Contextual arguments (`@fromContext`): what the objects above a position set, and since when.

The nearest object above that sets a context gives the value. Its type decides, at run time where
it is abstract: `LeafCollector` asks fields type by type below objects of which only some set a
context that is taken from there.
"""

from __future__ import annotations

from typing import TypeAlias

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from reelgraph_federation.operations.conditions import both
from reelgraph_federation.operations.tree import Selections
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.query_graph import QueryGraph
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.supergraph.model import ContextArgument, ObjectType

Scope: TypeAlias = tuple[tuple[tuple[str, str], int], ...]
"""For each context set above and each selection that is taken from it: the wave after which the
value is there. A plain value, so that what was found out in equal scopes is found once."""

NO_SCOPE: Scope = ()
NEVER_SET = 1 << 30


def value_wave(scope: Scope, argument: ContextArgument) -> int:
    """Return the wave after which a contextual argument's value is there."""
    wanted = (argument.context, argument.selection)
    return next((wave for key, wave in scope if key == wanted), NEVER_SET)


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


def setter_of(position: Position, context: str, types: TypeIndex) -> Position | None:
    """Return the nearest position above that sets a context."""
    at = position.outside.parent
    while at is not None:
        if context in types.contexts_of(at.type_name):
            return at
        at = at.outside.parent
    return None


def condition_below(setter: Position, position: Position, condition: Condition) -> Condition:
    """Return when something under a condition at a position is needed, given that its setter is."""
    at: Position | None = position.outside
    while at is not None and at is not setter.outside:
        if at.source is None:
            return ALWAYS  # a field set's: it may come to be needed more often later
        condition = both(at.relative, condition)
        at = at.parent.outside if at.parent is not None else None
    return condition


def contexts_taken(graph: QueryGraph, selections: Selections) -> frozenset[str]:
    """Return the contexts that selected fields take from, at any depth."""
    if not graph.context_selections:
        return frozenset()
    found: set[str] = set()
    _add_taken(graph, selections, found, set())
    return frozenset(found)


def _add_taken(graph: QueryGraph, selections: Selections, found: set[str], seen: set[int]) -> None:
    if id(selections) in seen:
        return
    seen.add(id(selections))
    types = graph.supergraph.types
    possible = graph.types.possible(selections.type_name)
    groups = [(possible, selections.fields)]
    groups += [((case,), fields) for case, fields in selections.cases.items()]
    for cases, fields in groups:
        for field in fields.values():
            for case in cases:
                one = types[case]
                if isinstance(one, ObjectType) and field.name in one.fields:
                    for join in one.fields[field.name].joins:
                        found.update(argument.context for argument in join.context_arguments)
            if field.children is not None:
                _add_taken(graph, field.children, found, seen)
