"""A check: would this schema compose, and whom would it break."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from reelgraph_federation.problems import Problem, SourceLocation
from reelgraph_federation.schema_changes import JudgeRules

from .change_result import ChangeResult
from .errors import InvalidInput


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How a variant judges proposals.

    Usage counts within ``usage_window_days``, without the ``excluded_clients``, from
    ``usage_count_threshold`` operations and ``usage_share_threshold`` (0 to 1) of all on.
    """

    fail_on_dangerous: bool = False
    fail_on_shrinking_hints: bool = True
    allow_removal_of_deprecated: bool = False
    consider_usage: bool = True
    usage_window_days: int = 30
    usage_count_threshold: int = 1
    usage_share_threshold: float = 0.0
    excluded_clients: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise InvalidInput for values that make no sense."""
        if not 1 <= self.usage_window_days <= 3650:
            raise InvalidInput("The usage window is from 1 to 3650 days.")
        if self.usage_count_threshold < 1 or not 0 <= self.usage_share_threshold <= 1:
            raise InvalidInput("The count threshold is at least 1, the share from 0 to 1.")
        if len(self.excluded_clients) > 100:
            raise InvalidInput("At most 100 clients can be excluded.")

    def as_rules(self) -> JudgeRules:
        """Return the rules that changes are judged by."""
        return JudgeRules(
            suppress_removal_of_deprecated_field=self.allow_removal_of_deprecated,
            consider_usage=self.consider_usage,
            usage_count_threshold=self.usage_count_threshold,
            usage_share_threshold=self.usage_share_threshold,
        )


@dataclass(frozen=True, slots=True)
class HintResult:
    """A composition hint and whether the check may pass with it."""

    problem: Problem
    passes: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What a contributor to the check found, such as a search template that no longer compiles."""

    contributor: str
    message: str
    coordinate: str
    passes: bool
    location: SourceLocation | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check.

    ``subgraphs`` are the names proposed; ``base_version`` the supergraph version they were compared
    with, None when the variant publishes none. ``id`` is empty for a check that was not stored.
    """

    id: str
    graph: str
    variant: str
    subgraphs: tuple[str, ...]
    base_version: str | None
    errors: tuple[Problem, ...]
    hints: tuple[HintResult, ...]
    changes: tuple[ChangeResult, ...]
    findings: tuple[Finding, ...]
    author: str
    created_at: datetime

    @property
    def composes(self) -> bool:
        """Whether there would be a supergraph."""
        return not self.errors

    @property
    def passes(self) -> bool:
        """Whether the proposal may be published without breaking anybody."""
        return (
            self.composes
            and all(hint.passes for hint in self.hints)
            and all(change.passes for change in self.changes)
            and all(finding.passes for finding in self.findings)
        )

    def relocated(self, relocate: Callable[[SourceLocation], SourceLocation]) -> "Check":
        """Return the check with each place mapped, such as from merged SDL to its files."""

        def moved(place: SourceLocation | None) -> SourceLocation | None:
            return None if place is None else relocate(place)

        def moved_problem(problem: Problem) -> Problem:
            return replace(problem, locations=tuple(map(relocate, problem.locations)))

        return replace(
            self,
            errors=tuple(map(moved_problem, self.errors)),
            hints=tuple(replace(h, problem=moved_problem(h.problem)) for h in self.hints),
            changes=tuple(change.at(moved(change.location)) for change in self.changes),
        )
