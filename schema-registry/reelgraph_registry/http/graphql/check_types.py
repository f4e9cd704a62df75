"""Checks, and how a variant judges, as GraphQL types."""

from datetime import datetime

import strawberry

from ...domain.check import Check, CheckSettings
from .problem_types import ChangeType, FindingType, HintType, ProblemType


@strawberry.type(name="Check", description="Would it compose, and whom would it break.")
class CheckType:
    """The result of a check."""

    id: strawberry.ID
    graph: str
    variant: str
    subgraphs: list[str]
    base_version: strawberry.ID | None
    passes: bool
    composes: bool
    errors: list[ProblemType]
    hints: list[HintType]
    changes: list[ChangeType]
    findings: list[FindingType]
    author: str
    created_at: datetime

    @classmethod
    def of(cls, check: Check) -> "CheckType":
        """Take over a check."""
        base = check.base_version
        return cls(
            id=strawberry.ID(check.id),
            graph=check.graph,
            variant=check.variant,
            subgraphs=list(check.subgraphs),
            base_version=None if base is None else strawberry.ID(base),
            passes=check.passes,
            composes=check.composes,
            errors=[ProblemType.of(error) for error in check.errors],
            hints=[HintType.judged(hint) for hint in check.hints],
            changes=[ChangeType.of(change) for change in check.changes],
            findings=[FindingType.of(finding) for finding in check.findings],
            author=check.author,
            created_at=check.created_at,
        )


@strawberry.type(name="CheckSettings", description="How a variant judges proposals.")
class CheckSettingsType:
    """How a variant judges proposals."""

    fail_on_dangerous: bool
    fail_on_shrinking_hints: bool
    allow_removal_of_deprecated: bool
    consider_usage: bool
    usage_window_days: int
    usage_count_threshold: int
    usage_share_threshold: float
    excluded_clients: list[str]

    @classmethod
    def of(cls, settings: CheckSettings) -> "CheckSettingsType":
        """Take over the settings."""
        return cls(
            fail_on_dangerous=settings.fail_on_dangerous,
            fail_on_shrinking_hints=settings.fail_on_shrinking_hints,
            allow_removal_of_deprecated=settings.allow_removal_of_deprecated,
            consider_usage=settings.consider_usage,
            usage_window_days=settings.usage_window_days,
            usage_count_threshold=settings.usage_count_threshold,
            usage_share_threshold=settings.usage_share_threshold,
            excluded_clients=list(settings.excluded_clients),
        )
