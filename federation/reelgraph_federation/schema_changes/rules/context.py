"""What the rules may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import GraphQLSchema

from ..judged_change import UsageHit


@dataclass(frozen=True, slots=True)
class JudgeRules:
    """Which rules are switched on.

    ``ignore_directives`` names directives (without ``@``) whose application nobody depends on.
    ``usage_count_threshold`` and ``usage_share_threshold`` say from how many operations, and from
    which share of all operations (0 to 1), a use counts as one; both must be reached.
    """

    simplify_changes: bool = True
    ignore_description_changes: bool = False
    ignore_directives: frozenset[str] = frozenset()
    suppress_removal_of_deprecated_field: bool = False
    safe_unreachable: bool = False
    dangerous_breaking: bool = False
    consider_usage: bool = True
    usage_count_threshold: int = 1
    usage_share_threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedUsage:
    """What clients asked for in a window of time.

    ``total`` counts all operations in the window; ``hits`` gives, by schema coordinate, the
    operations that used it (a field counts as a use of its type).
    """

    total: int
    hits: Mapping[str, tuple[UsageHit, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgeContext:
    """Both schemas, the rules switched on, and the usage if any was recorded."""

    old: GraphQLSchema
    new: GraphQLSchema
    rules: JudgeRules
    usage: RecordedUsage | None
