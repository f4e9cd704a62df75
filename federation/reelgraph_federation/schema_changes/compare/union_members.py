"""Compare the members of unions."""

from collections.abc import Iterator

from graphql import GraphQLSchema, GraphQLUnionType

from ..change import Change, Criticality
from ..elements import match_by_name, pairs_of_kind
from ..kinds import ChangeKind


def compare_union_members(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the members removed (breaking) and added (safe on a new union, else dangerous)."""
    for pair in pairs_of_kind(old, new, GraphQLUnionType):
        for name, before, after in match_by_name(_members(pair.old), _members(pair.new)):
            if before is None:
                criticality = Criticality.SAFE if pair.old is None else Criticality.DANGEROUS
                message = f"The member '{name}' was added to the union '{pair.name}'."
                kind = ChangeKind.UNION_MEMBER_ADDED
                yield Change(kind, criticality, pair.name, message, name)
            elif after is None:
                message = f"The member '{name}' was removed from the union '{pair.name}'."
                kind = ChangeKind.UNION_MEMBER_REMOVED
                yield Change(kind, Criticality.BREAKING, pair.name, message, name)


def _members(union: GraphQLUnionType | None) -> dict[str, bool]:
    return {} if union is None else {member.name: True for member in union.types}
