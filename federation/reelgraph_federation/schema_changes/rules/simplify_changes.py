"""simplifyChanges: leave out what another change already says."""

from ..judged_change import JudgedChange
from ..kinds import ChangeKind
from .context import JudgeContext

_ADDITIONS = {
    ChangeKind.TYPE_ADDED,
    ChangeKind.FIELD_ADDED,
    ChangeKind.FIELD_ARGUMENT_ADDED,
    ChangeKind.INPUT_FIELD_ADDED,
    ChangeKind.ENUM_VALUE_ADDED,
    ChangeKind.DIRECTIVE_ADDED,
    ChangeKind.DIRECTIVE_ARGUMENT_ADDED,
}
_DEPRECATION_PREFIXES = ("FIELD_DEPRECATION_", "ENUM_VALUE_DEPRECATION_")


def simplify_changes(changes: list[JudgedChange], context: JudgeContext) -> list[JudgedChange]:
    """Drop what follows from an added element around it, and the ``@deprecated`` of a deprecation.

    A new type says that its fields are new, a new field that its arguments are. Additions alone
    imply anything: nothing that can break a client is ever left out.
    """
    if not context.rules.simplify_changes:
        return changes
    added = {judged.change.coordinate for judged in changes if judged.change.kind in _ADDITIONS}
    deprecated = {
        judged.change.coordinate
        for judged in changes
        if judged.change.kind.value.startswith(_DEPRECATION_PREFIXES)
    }
    return [judged for judged in changes if not _is_implied(judged, added, deprecated)]


def _is_implied(judged: JudgedChange, added: set[str], deprecated: set[str]) -> bool:
    change = judged.change
    if any(around in added for around in _around(change.coordinate)):
        return True
    if change.coordinate in added and change.kind not in _ADDITIONS:
        return True
    applied = change.kind.is_directive_usage and change.target.startswith("@deprecated")
    return applied and change.coordinate in deprecated


def _around(coordinate: str) -> tuple[str, ...]:
    """Name the elements that hold this one: of ``T.f(a:)``, ``T.f`` and ``T``."""
    member = coordinate.partition("(")[0]
    type_name = member.partition(".")[0]
    return tuple(name for name in (member, type_name) if name != coordinate)
