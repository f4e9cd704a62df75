"""What a change of a default value says, and how much it can hurt."""

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    is_required_argument,
    is_required_input_field,
    print_ast,
)
from graphql.utilities import get_default_value_ast

from ..change import Change, Criticality
from ..kinds import ChangeKind

InputValue = GraphQLArgument | GraphQLInputField


def compare_default(
    kind: ChangeKind, where: str, old: InputValue, new: InputValue
) -> Change | None:
    """Return the change of a default value, if there is one.

    Dangerous: whoever leaves the value out gets another behaviour. Breaking where losing the
    default makes the value required, for then leaving it out no longer validates.
    """
    before, after = _print_default(old), _print_default(new)
    if before == after:
        return None
    if before is None:
        message = f"The default value {after} was added to '{where}'."
    elif after is None:
        message = f"The default value {before} was removed from '{where}'."
    else:
        message = f"The default value of '{where}' changed from {before} to {after}."
    if after is None and _is_required(new):
        message = f"{message[:-1]}, which is now required."
        return Change(kind, Criticality.BREAKING, where, message)
    return Change(kind, Criticality.DANGEROUS, where, message)


def _is_required(value: InputValue) -> bool:
    if isinstance(value, GraphQLArgument):
        return is_required_argument(value)
    return is_required_input_field(value)


def _print_default(value: InputValue) -> str | None:
    node = get_default_value_ast(value)
    return None if node is None else print_ast(node)
