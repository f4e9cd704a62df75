"""suppressRemovalOfDeprecatedField: what was deprecated may be removed."""

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)

from ..change import Criticality
from ..judged_change import JudgedChange
from ..kinds import ChangeKind
from .context import JudgeContext

_REMOVALS = {
    ChangeKind.FIELD_REMOVED,
    ChangeKind.FIELD_ARGUMENT_REMOVED,
    ChangeKind.INPUT_FIELD_REMOVED,
    ChangeKind.ENUM_VALUE_REMOVED,
}


def suppress_removal_of_deprecated_field(
    changes: list[JudgedChange], context: JudgeContext
) -> list[JudgedChange]:
    """Judge the removal of a deprecated field, argument or enum value dangerous, not breaking."""
    if not context.rules.suppress_removal_of_deprecated_field:
        return changes
    reason = "It was deprecated before it was removed."
    return [
        judged.moved_to(Criticality.DANGEROUS, reason)
        if judged.change.kind in _REMOVALS and _was_deprecated(context.old, judged)
        else judged
        for judged in changes
    ]


def _was_deprecated(old: GraphQLSchema, judged: JudgedChange) -> bool:
    return _deprecation_reason(old, judged.change.coordinate) is not None


def _deprecation_reason(schema: GraphQLSchema, coordinate: str) -> str | None:
    member, _, argument = coordinate.partition("(")
    type_name, _, name = member.partition(".")
    type_ = schema.get_type(type_name)
    reason: str | None = None
    if isinstance(type_, GraphQLEnumType):
        reason = type_.values[name].deprecation_reason
    elif isinstance(type_, GraphQLInputObjectType):
        reason = type_.fields[name].deprecation_reason
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        field = type_.fields[name]
        owner = field.args[argument.removesuffix(":)")] if argument else field
        reason = owner.deprecation_reason
    return reason
