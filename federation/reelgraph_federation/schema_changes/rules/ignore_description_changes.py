"""ignoreDescriptionChanges: leave descriptions out of the result."""

from ..judged_change import JudgedChange
from .context import JudgeContext


def ignore_description_changes(
    changes: list[JudgedChange], context: JudgeContext
) -> list[JudgedChange]:
    """Drop the changes of descriptions, if so ruled."""
    if not context.rules.ignore_description_changes:
        return changes
    return [judged for judged in changes if not judged.change.kind.is_description]
