"""Judge changes: what each amounts to for the clients there are."""

from collections.abc import Callable, Iterable

from graphql import GraphQLSchema

from .change import Change
from .judged_change import JudgedChange, UsageHit
from .rules.consider_usage import consider_usage, usage_coordinate
from .rules.context import JudgeContext, JudgeRules, RecordedUsage
from .rules.dangerous_breaking import dangerous_breaking
from .rules.ignore_description_changes import ignore_description_changes
from .rules.ignore_directives import ignore_directives
from .rules.safe_unreachable import safe_unreachable
from .rules.simplify_changes import simplify_changes
from .rules.suppress_removal_of_deprecated_field import suppress_removal_of_deprecated_field

__all__ = [
    "JudgeRules",
    "JudgedChange",
    "RecordedUsage",
    "UsageHit",
    "judge_changes",
    "usage_coordinate",
]

Rule = Callable[[list[JudgedChange], JudgeContext], list[JudgedChange]]

RULES: tuple[Rule, ...] = (
    ignore_description_changes,
    ignore_directives,
    simplify_changes,
    suppress_removal_of_deprecated_field,
    safe_unreachable,
    dangerous_breaking,
    consider_usage,
)


def judge_changes(
    changes: Iterable[Change],
    old: GraphQLSchema,
    new: GraphQLSchema,
    rules: JudgeRules | None = None,
    usage: RecordedUsage | None = None,
) -> list[JudgedChange]:
    """Apply the rules that are switched on, in their order, and return the judged changes.

    Pure. Without recorded usage a breaking change is breaking: nothing recorded proves nothing.
    """
    context = JudgeContext(old, new, rules or JudgeRules(), usage)
    judged = [JudgedChange(change, change.criticality) for change in changes]
    for rule in RULES:
        judged = rule(judged, context)
    return judged
