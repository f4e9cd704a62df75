"""Compare the fields of input object types."""

from collections.abc import Iterator

from graphql import GraphQLInputField, GraphQLNonNull, GraphQLSchema
from graphql.utilities import get_default_value_ast

from ..change import Change, Criticality
from ..elements import Pair, input_field_pairs
from ..kinds import ChangeKind
from .default_values import compare_default
from .variance import is_safe_for_input


def compare_input_fields(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yield the input fields added, removed (breaking), changed in type and in default value."""
    for pair in input_field_pairs(old, new):
        where = pair.coordinate
        if pair.old is None and pair.new is not None:
            yield _added(pair, pair.new)
        elif pair.new is None:
            message = f"The input field '{where}' was removed."
            yield Change(ChangeKind.INPUT_FIELD_REMOVED, Criticality.BREAKING, where, message)
        elif both := pair.both:
            yield from _changed(where, *both)


def _added(pair: Pair[GraphQLInputField], field: GraphQLInputField) -> Change:
    """Judge an added field.

    On a new type, or nullable without a default: safe. Required without a default: breaking. With
    a default: dangerous, for the server now sees a value that nobody sent.
    """
    has_default = get_default_value_ast(field) is not None
    if pair.parent_is_new:
        criticality = Criticality.SAFE
    elif has_default:
        criticality = Criticality.DANGEROUS
    elif isinstance(field.type, GraphQLNonNull):
        criticality = Criticality.BREAKING
    else:
        criticality = Criticality.SAFE
    required = isinstance(field.type, GraphQLNonNull) and not has_default
    word = "required" if required else "optional"
    message = f"The {word} input field '{pair.coordinate}' of type '{field.type}' was added."
    return Change(ChangeKind.INPUT_FIELD_ADDED, criticality, pair.coordinate, message)


def _changed(where: str, old: GraphQLInputField, new: GraphQLInputField) -> Iterator[Change]:
    if str(old.type) != str(new.type):
        safe = is_safe_for_input(old.type, new.type)
        criticality = Criticality.SAFE if safe else Criticality.BREAKING
        message = f"The type of '{where}' changed from '{old.type}' to '{new.type}'."
        yield Change(ChangeKind.INPUT_FIELD_TYPE_CHANGED, criticality, where, message)
    kind = ChangeKind.INPUT_FIELD_DEFAULT_VALUE_CHANGED
    if change := compare_default(kind, where, old, new):
        yield change
