"""Compare the definitions of directives."""

from collections.abc import Iterator

from graphql import GraphQLDirective, GraphQLSchema

from ..change import Change, Criticality
from ..elements import directive_pairs
from ..kinds import ChangeKind


def compare_directives(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the directives added (safe), removed (breaking), and changed in where they may stand."""
    for pair in directive_pairs(old, new):
        where = pair.coordinate
        if pair.old is None:
            message = f"The directive '{where}' was added."
            yield Change(ChangeKind.DIRECTIVE_ADDED, Criticality.SAFE, where, message)
        elif pair.new is None:
            message = f"The directive '{where}' was removed."
            yield Change(ChangeKind.DIRECTIVE_REMOVED, Criticality.BREAKING, where, message)
        else:
            yield from _compare_repeatable(where, pair.old, pair.new)
            yield from _compare_locations(where, pair.old, pair.new)


def _compare_repeatable(
    where: str, old: GraphQLDirective, new: GraphQLDirective
) -> Iterator[Change]:
    if new.is_repeatable and not old.is_repeatable:
        message = f"The directive '{where}' is now repeatable."
        yield Change(ChangeKind.DIRECTIVE_REPEATABLE_ADDED, Criticality.SAFE, where, message)
    elif old.is_repeatable and not new.is_repeatable:
        message = f"The directive '{where}' is no longer repeatable."
        yield Change(ChangeKind.DIRECTIVE_REPEATABLE_REMOVED, Criticality.DANGEROUS, where, message)


def _compare_locations(
    where: str, old: GraphQLDirective, new: GraphQLDirective
) -> Iterator[Change]:
    for location in new.locations:
        if location not in old.locations:
            message = f"The directive '{where}' may now stand on {location.name}."
            kind = ChangeKind.DIRECTIVE_LOCATION_ADDED
            yield Change(kind, Criticality.SAFE, where, message, location.name)
    for location in old.locations:
        if location not in new.locations:
            message = f"The directive '{where}' may no longer stand on {location.name}."
            kind = ChangeKind.DIRECTIVE_LOCATION_REMOVED
            yield Change(kind, Criticality.BREAKING, where, message, location.name)
