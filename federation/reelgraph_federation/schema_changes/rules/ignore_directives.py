"""ignoreDirectives: leave the use of some directives out of the result."""

from ..judged_change import JudgedChange
from .context import JudgeContext


def ignore_directives(changes: list[JudgedChange], context: JudgeContext) -> list[JudgedChange]:
    """Drop where the named directives were applied, no longer are, or have other arguments."""
    ignored = context.rules.ignore_directives
    if not ignored:
        return changes
    return [judged for judged in changes if _applied_directive(judged) not in ignored]


def _applied_directive(judged: JudgedChange) -> str:
    if not judged.change.kind.is_directive_usage:
        return ""
    return judged.change.target.removeprefix("@").partition("(")[0]
