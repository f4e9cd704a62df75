"""Compare the arguments of fields."""

from collections.abc import Iterator

from graphql import GraphQLArgument, GraphQLSchema, is_required_argument

from ..change import Change, Criticality
from ..elements import Pair, argument_pairs
from ..kinds import ChangeKind
from .variance import is_safe_for_input


def compare_arguments(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the arguments added, removed (breaking) and changed in type (by variance).

    An argument added is safe on a new field, breaking when it is required, else dangerous: the
    field may behave differently for those who do not give it.
    """
    for pair in argument_pairs(old, new):
        where = pair.coordinate
        if pair.old is None and pair.new is not None:
            yield _added(pair, pair.new)
        elif pair.new is None:
            message = f"The argument '{where}' was removed."
            yield Change(ChangeKind.FIELD_ARGUMENT_REMOVED, Criticality.BREAKING, where, message)
        elif (both := pair.both) and str(both[0].type) != str(both[1].type):
            safe = is_safe_for_input(both[0].type, both[1].type)
            criticality = Criticality.SAFE if safe else Criticality.BREAKING
            message = f"The type of '{where}' changed from '{both[0].type}' to '{both[1].type}'."
            yield Change(ChangeKind.FIELD_ARGUMENT_TYPE_CHANGED, criticality, where, message)


def _added(pair: Pair[GraphQLArgument], argument: GraphQLArgument) -> Change:
    required = is_required_argument(argument)
    if pair.parent_is_new:
        criticality = Criticality.SAFE
    elif required:
        criticality = Criticality.BREAKING
    else:
        criticality = Criticality.DANGEROUS
    word = "required" if required else "optional"
    message = f"The {word} argument '{pair.coordinate}' of type '{argument.type}' was added."
    return Change(ChangeKind.FIELD_ARGUMENT_ADDED, criticality, pair.coordinate, message)
