"""considerUsage: what nobody asked for can be changed."""

from dataclasses import replace

from ..change import Change, Criticality
from ..judged_change import JudgedChange
from ..kinds import ChangeKind
from .context import JudgeContext, JudgeRules, RecordedUsage

_ROOT_TYPE_CHANGES = {
    ChangeKind.SCHEMA_QUERY_TYPE_CHANGED,
    ChangeKind.SCHEMA_MUTATION_TYPE_CHANGED,
    ChangeKind.SCHEMA_SUBSCRIPTION_TYPE_CHANGED,
}
# These hurt those who leave the value out as well, so all who use what holds it are asked.
_HURT_ALL_USERS_OF_THE_HOLDER = {
    ChangeKind.FIELD_ARGUMENT_ADDED,
    ChangeKind.FIELD_ARGUMENT_TYPE_CHANGED,
    ChangeKind.FIELD_ARGUMENT_DEFAULT_CHANGED,
    ChangeKind.INPUT_FIELD_ADDED,
    ChangeKind.INPUT_FIELD_TYPE_CHANGED,
    ChangeKind.INPUT_FIELD_DEFAULT_VALUE_CHANGED,
    ChangeKind.ENUM_VALUE_ADDED,
    ChangeKind.DIRECTIVE_ARGUMENT_ADDED,
    ChangeKind.DIRECTIVE_ARGUMENT_TYPE_CHANGED,
    ChangeKind.DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED,
}


def usage_coordinate(change: Change) -> str | None:
    """Name the coordinate whose users a change can hurt; None where usage cannot tell."""
    if change.kind in _ROOT_TYPE_CHANGES or not change.coordinate:
        return None
    if change.kind not in _HURT_ALL_USERS_OF_THE_HOLDER:
        return change.coordinate
    holder, is_argument, _ = change.coordinate.partition("(")
    return holder if is_argument else holder.partition(".")[0]


def consider_usage(changes: list[JudgedChange], context: JudgeContext) -> list[JudgedChange]:
    """Judge breaking changes by who was hit in the window.

    Those whose users stay below the thresholds become dangerous: an operation that was not
    recorded may still exist. With nothing recorded at all, nothing is changed.
    """
    usage = context.usage
    if not context.rules.consider_usage or usage is None or usage.total == 0:
        return changes
    return [_by_usage(judged, usage, context.rules) for judged in changes]


def _by_usage(judged: JudgedChange, usage: RecordedUsage, rules: JudgeRules) -> JudgedChange:
    coordinate = usage_coordinate(judged.change)
    if judged.criticality is not Criticality.BREAKING or coordinate is None:
        return judged
    hits = usage.hits.get(coordinate, ())
    count = sum(hit.count for hit in hits)
    if count == 0:
        reason = f"None of {usage.total} recorded operations uses '{coordinate}'."
        return judged.moved_to(Criticality.DANGEROUS, reason)
    said = f"{count} of {usage.total} recorded operations use '{coordinate}'"
    used = replace(judged, hits=hits)
    if _reaches(count, usage.total, rules):
        return used.moved_to(Criticality.BREAKING, f"{said}.")
    return used.moved_to(Criticality.DANGEROUS, f"{said}, below the threshold.")


def _reaches(count: int, total: int, rules: JudgeRules) -> bool:
    return count >= rules.usage_count_threshold and count / total >= rules.usage_share_threshold
