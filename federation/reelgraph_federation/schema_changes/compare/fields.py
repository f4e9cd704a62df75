"""Compare the fields of object and interface types."""

from collections.abc import Iterator

from graphql import GraphQLSchema

from ..change import Change, Criticality
from ..elements import field_pairs
from ..kinds import ChangeKind
from .variance import is_safe_for_output


def compare_fields(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the fields added (safe), removed (breaking) and changed in type (by variance)."""
    for pair in field_pairs(old, new):
        where = pair.coordinate
        if pair.old is None:
            message = f"The field '{where}' was added."
            yield Change(ChangeKind.FIELD_ADDED, Criticality.SAFE, where, message)
        elif pair.new is None:
            deprecated = "deprecated " if pair.old.deprecation_reason is not None else ""
            message = f"The {deprecated}field '{where}' was removed."
            yield Change(ChangeKind.FIELD_REMOVED, Criticality.BREAKING, where, message)
        elif str(pair.old.type) != str(pair.new.type):
            safe = is_safe_for_output(pair.old.type, pair.new.type)
            criticality = Criticality.SAFE if safe else Criticality.BREAKING
            message = f"The type of '{where}' changed from '{pair.old.type}' to '{pair.new.type}'."
            yield Change(ChangeKind.FIELD_TYPE_CHANGED, criticality, where, message)
