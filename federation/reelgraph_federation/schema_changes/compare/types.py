"""Compare which types there are, and of which kind."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
)

from ..change import Change, Criticality
from ..elements import type_pairs
from ..kinds import ChangeKind

_KIND_NAMES: tuple[tuple[type[GraphQLNamedType], str], ...] = (
    (GraphQLScalarType, "scalar"),
    (GraphQLObjectType, "object"),
    (GraphQLInterfaceType, "interface"),
    (GraphQLUnionType, "union"),
    (GraphQLEnumType, "enum"),
    (GraphQLInputObjectType, "input object"),
)


def compare_types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the types added (safe), removed and changed in kind (both breaking)."""
    for pair in type_pairs(old, new):
        if pair.old is None and pair.new is not None:
            message = f"The {kind_of(pair.new)} type '{pair.name}' was added."
            yield Change(ChangeKind.TYPE_ADDED, Criticality.SAFE, pair.coordinate, message)
        elif pair.old is not None and pair.new is None:
            message = f"The {kind_of(pair.old)} type '{pair.name}' was removed."
            yield Change(ChangeKind.TYPE_REMOVED, Criticality.BREAKING, pair.coordinate, message)
        elif (both := pair.both) and kind_of(both[0]) != kind_of(both[1]):
            message = (
                f"The type '{pair.name}' changed from {kind_of(both[0])} to {kind_of(both[1])}."
            )
            kind = ChangeKind.TYPE_KIND_CHANGED
            yield Change(kind, Criticality.BREAKING, pair.coordinate, message)


def kind_of(type_: GraphQLNamedType) -> str:
    """Name the kind of a named type in words."""
    return next(name for kind, name in _KIND_NAMES if isinstance(type_, kind))
