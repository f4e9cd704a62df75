"""Compare the arguments of directive definitions."""

from collections.abc import Iterator

from graphql import GraphQLArgument, GraphQLNonNull, GraphQLSchema

from ..change import Change, Criticality
from ..elements import Pair, directive_argument_pairs
from ..kinds import ChangeKind
from .default_values import compare_default
from .variance import is_safe_for_input


def compare_directive_arguments(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the arguments added, removed (breaking), changed in type and in default value."""
    for pair in directive_argument_pairs(old, new):
        where = pair.coordinate
        if pair.old is None and pair.new is not None:
            yield _added(pair, pair.new)
        elif pair.new is None:
            kind = ChangeKind.DIRECTIVE_ARGUMENT_REMOVED
            message = f"The directive argument '{where}' was removed."
            yield Change(kind, Criticality.BREAKING, where, message)
        elif both := pair.both:
            yield from _changed(where, *both)


def _added(pair: Pair[GraphQLArgument], argument: GraphQLArgument) -> Change:
    """Judge an added argument: safe on a new directive or when nullable, else breaking."""
    safe = pair.parent_is_new or not isinstance(argument.type, GraphQLNonNull)
    criticality = Criticality.SAFE if safe else Criticality.BREAKING
    message = f"The directive argument '{pair.coordinate}' of type '{argument.type}' was added."
    return Change(ChangeKind.DIRECTIVE_ARGUMENT_ADDED, criticality, pair.coordinate, message)


def _changed(where: str, old: GraphQLArgument, new: GraphQLArgument) -> Iterator[Change]:
    if str(old.type) != str(new.type):
        safe = is_safe_for_input(old.type, new.type)
        criticality = Criticality.SAFE if safe else Criticality.BREAKING
        message = f"The type of '{where}' changed from '{old.type}' to '{new.type}'."
        yield Change(ChangeKind.DIRECTIVE_ARGUMENT_TYPE_CHANGED, criticality, where, message)
    kind = ChangeKind.DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED
    if change := compare_default(kind, where, old, new):
        yield change
