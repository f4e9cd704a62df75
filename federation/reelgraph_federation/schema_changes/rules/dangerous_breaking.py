"""dangerousBreaking: treat every dangerous change as breaking."""

from ..change import Criticality
from ..judged_change import JudgedChange
from .context import JudgeContext


def dangerous_breaking(changes: list[JudgedChange], context: JudgeContext) -> list[JudgedChange]:
    """Judge dangerous changes breaking, if so ruled."""
    if not context.rules.dangerous_breaking:
        return changes
    reason = "Dangerous changes count as breaking here."
    return [
        judged.moved_to(Criticality.BREAKING, reason)
        if judged.criticality is Criticality.DANGEROUS
        else judged
        for judged in changes
    ]
