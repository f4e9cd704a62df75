"""What changed between two schemas, and whom each change breaks.

The comparisons are in :mod:`compare`, one a file; what judges them is in :mod:`rules`, one rule a
file. Both are pure: two :class:`graphql.GraphQLSchema` in, values out.
"""

from .change import Change, Criticality
from .find_changes import find_changes
from .judge_changes import (
    JudgedChange,
    JudgeRules,
    RecordedUsage,
    UsageHit,
    judge_changes,
    usage_coordinate,
)
from .kinds import ChangeKind

__all__ = [
    "Change",
    "ChangeKind",
    "Criticality",
    "JudgeRules",
    "JudgedChange",
    "RecordedUsage",
    "UsageHit",
    "find_changes",
    "judge_changes",
    "usage_coordinate",
]
