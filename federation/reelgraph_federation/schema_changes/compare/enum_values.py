"""Compare the values of enum types."""

from collections.abc import Iterator

from graphql import GraphQLSchema

from ..change import Change, Criticality
from ..elements import enum_value_pairs
from ..kinds import ChangeKind


def compare_enum_values(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the enum values removed (breaking) and added.

    A value added is safe on a new type, else dangerous: clients may not know what to do with it.
    """
    for pair in enum_value_pairs(old, new):
        if pair.old is None:
            criticality = Criticality.SAFE if pair.parent_is_new else Criticality.DANGEROUS
            message = f"The enum value '{pair.coordinate}' was added."
            yield Change(ChangeKind.ENUM_VALUE_ADDED, criticality, pair.coordinate, message)
        elif pair.new is None:
            kind = ChangeKind.ENUM_VALUE_REMOVED
            message = f"The enum value '{pair.coordinate}' was removed."
            yield Change(kind, Criticality.BREAKING, pair.coordinate, message)
