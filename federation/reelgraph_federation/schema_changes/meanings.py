"""What each kind of change means for clients and what to do instead, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .kinds import ChangeKind


@dataclass(frozen=True, slots=True)
class ChangeMeaning:
    """How a kind of change is judged and why, and what its author can do."""

    meaning: str
    remedy: str


_DEPRECATE = (
    "Deprecate it with a reason, wait until no recorded operation uses it, then remove it. "
    "If nobody is hit, the change can be published all the same."
)
_KEEP_OLD = "Add the new one under another name, deprecate the old one, move clients, then remove."
_OPTIONAL = "Make it nullable or give it a default value, so that it can be left out."
_TELL = "Tell the owners of the clients that are hit, and see that they have a default branch."
_NONE = "Nothing needs to be done."

_SPECIFIC: Final[Mapping[ChangeKind, tuple[str, str]]] = {
    ChangeKind.FIELD_REMOVED: (
        "Breaking: operations that select the field no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.FIELD_TYPE_CHANGED: (
        "Safe when every result of the new type is one of the old (T to T!, in lists as well), "
        "else breaking: clients meet null, or another shape, where they did not.",
        _KEEP_OLD,
    ),
    ChangeKind.FIELD_ARGUMENT_ADDED: (
        "Safe on a new field; breaking when required, for operations without it no longer "
        "validate; else dangerous: the field may behave differently without it.",
        _OPTIONAL,
    ),
    ChangeKind.FIELD_ARGUMENT_REMOVED: (
        "Breaking: operations that give the argument no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.FIELD_ARGUMENT_TYPE_CHANGED: (
        "Safe when the new type accepts all that the old one did (T! to T), else breaking.",
        _KEEP_OLD,
    ),
    ChangeKind.FIELD_ARGUMENT_DEFAULT_CHANGED: (
        "Dangerous: whoever leaves the argument out gets another result. Breaking when it becomes "
        "required because its default went.",
        "Keep the default, or add a new argument for the new behaviour.",
    ),
    ChangeKind.TYPE_REMOVED: (
        "Breaking: operations that name the type, in fragments or variables, no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.TYPE_KIND_CHANGED: (
        "Breaking: what may be selected on the type, or where it may stand, is another thing now.",
        _KEEP_OLD,
    ),
    ChangeKind.ENUM_VALUE_REMOVED: (
        "Breaking: operations and variables that hold the value no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.ENUM_VALUE_ADDED: (
        "Safe on a new type, else dangerous: clients may not know what to do with the value.",
        _TELL,
    ),
    ChangeKind.UNION_MEMBER_REMOVED: (
        "Breaking: fragments on the member no longer fit the union.",
        _DEPRECATE,
    ),
    ChangeKind.UNION_MEMBER_ADDED: (
        "Safe on a new union, else dangerous: clients may not select anything on the member.",
        _TELL,
    ),
    ChangeKind.OBJECT_TYPE_INTERFACE_REMOVED: (
        "Breaking: fragments on the type no longer fit the interface.",
        _DEPRECATE,
    ),
    ChangeKind.OBJECT_TYPE_INTERFACE_ADDED: (
        "Safe on a new type, else dangerous: fields of the interface return objects that clients "
        "have not met there.",
        _TELL,
    ),
    ChangeKind.INPUT_FIELD_REMOVED: (
        "Breaking: inputs that hold the field no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.INPUT_FIELD_ADDED: (
        "Safe on a new type, or when nullable without a default; breaking when required; "
        "dangerous with a default, for the server then sees a value that nobody sent.",
        _OPTIONAL,
    ),
    ChangeKind.INPUT_FIELD_TYPE_CHANGED: (
        "Safe when the new type accepts all that the old one did (T! to T), else breaking.",
        _KEEP_OLD,
    ),
    ChangeKind.INPUT_FIELD_DEFAULT_VALUE_CHANGED: (
        "Dangerous: whoever leaves the field out gets another behaviour. Breaking when it becomes "
        "required because its default went.",
        "Keep the default, or add a new field for the new behaviour.",
    ),
    ChangeKind.SCHEMA_QUERY_TYPE_CHANGED: (
        "Breaking: fragments on the old type no longer fit. Safe where there was none before.",
        "Keep the root operation type's name.",
    ),
    ChangeKind.SCHEMA_MUTATION_TYPE_CHANGED: (
        "Breaking: mutations no longer fit, or are gone. Safe where there were none before.",
        "Keep the root operation type's name.",
    ),
    ChangeKind.SCHEMA_SUBSCRIPTION_TYPE_CHANGED: (
        "Breaking: subscriptions no longer fit, or are gone. Safe where there were none before.",
        "Keep the root operation type's name.",
    ),
    ChangeKind.DIRECTIVE_REMOVED: (
        "Breaking: operations that apply the directive no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.DIRECTIVE_LOCATION_REMOVED: (
        "Breaking: operations that apply the directive there no longer validate.",
        "Keep the location until no operation uses it.",
    ),
    ChangeKind.DIRECTIVE_REPEATABLE_REMOVED: (
        "Dangerous: operations that apply the directive twice in one place no longer validate.",
        "Keep the directive repeatable until no operation repeats it.",
    ),
    ChangeKind.DIRECTIVE_ARGUMENT_ADDED: (
        "Safe on a new directive or when nullable, else breaking.",
        _OPTIONAL,
    ),
    ChangeKind.DIRECTIVE_ARGUMENT_REMOVED: (
        "Breaking: operations that give the argument no longer validate.",
        _DEPRECATE,
    ),
    ChangeKind.DIRECTIVE_ARGUMENT_TYPE_CHANGED: (
        "Safe when the new type accepts all that the old one did (T! to T), else breaking.",
        _KEEP_OLD,
    ),
    ChangeKind.DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED: (
        "Dangerous: whoever leaves the argument out gets another behaviour. Breaking when it "
        "becomes required because its default went.",
        "Keep the default.",
    ),
    ChangeKind.DIRECTIVE_USAGE_INPUT_OBJECT_ADDED: (
        "Dangerous, for what a directive does is known to its owner alone; safe on a new type. "
        "@oneOf is breaking: inputs with two fields, or none, stop being valid.",
        "Ask the directive's owner. For @oneOf, add a new input type.",
    ),
    ChangeKind.DIRECTIVE_USAGE_ARGUMENT_ADDED: (
        "Safe: an argument is given where a directive is applied, or it has another value.",
        _NONE,
    ),
    ChangeKind.DIRECTIVE_USAGE_FIELD_ADDED: (
        "A directive applied to a field of an operation; comparing schemas never finds it.",
        _NONE,
    ),
    ChangeKind.DIRECTIVE_USAGE_FIELD_REMOVED: (
        "A directive no longer applied to a field of an operation; comparing schemas never finds "
        "it.",
        _NONE,
    ),
}


def _general(kind: ChangeKind) -> tuple[str, str]:
    if kind.is_description:
        return "Safe: only words for people changed.", _NONE
    if "_DEPRECATION_" in kind.value:
        return "Safe: what is deprecated can still be used.", _NONE
    if kind.is_directive_usage:
        meaning = (
            "Dangerous, for what a directive does is known to its owner alone; safe on a new "
            "element and for @deprecated."
        )
        return meaning, "Ask the directive's owner what its clients notice of it."
    return "Safe: operations that were valid stay so and give the same results.", _NONE


CHANGE_MEANINGS: Final[Mapping[str, ChangeMeaning]] = {
    kind.value: ChangeMeaning(*_SPECIFIC.get(kind, _general(kind))) for kind in ChangeKind
}
"""Every kind's meaning and remedy, by its name."""
