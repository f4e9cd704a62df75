"""What a check has to say about lines of the SDL, whichever CI system shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reelgraph_federation.problems import Problem, SourceLocation
from reelgraph_federation.schema_changes import Criticality

from ...domain.change_result import ChangeResult
from ...domain.check import Check, Finding, HintResult


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark: ``level`` is error, warning or notice; ``identity`` tells remarks apart."""

    level: str
    title: str
    message: str
    location: SourceLocation | None
    identity: str


def annotations_of_check(check: Check) -> list[Annotation]:
    """Return the remarks of a check; safe changes are none."""
    worth_a_look = (c for c in check.changes if c.criticality is not Criticality.SAFE)
    return [
        *(_of_problem(error, "error") for error in check.errors),
        *(_of_problem(hint.problem, "error") for hint in check.hints if not hint.passes),
        *(_of_problem(h.problem, "warning") for h in check.hints if h.passes and _is_here(h)),
        *(_of_change(change) for change in worth_a_look),
        *(_of_finding(finding) for finding in check.findings),
    ]


def annotations_of_problems(
    errors: Iterable[Problem], hints: Iterable[Problem]
) -> list[Annotation]:
    """Return the remarks of a composition."""
    return [
        *(_of_problem(error, "error") for error in errors),
        *(_of_problem(hint, "warning") for hint in hints),
    ]


def _of_problem(problem: Problem, level: str) -> Annotation:
    in_files = [place for place in problem.locations if place.file]
    place = next(iter([*in_files, *problem.locations]), None)
    message = f"{problem.message}\n{problem.remedy}"
    identity = f"{problem.code} {problem.coordinate} {problem.message}"
    return Annotation(level, problem.code, message, place, identity)


def _is_here(hint: HintResult) -> bool:
    """Say whether a hint is about a file that was checked, not about another team's subgraph."""
    return any(place.file for place in hint.problem.locations)


def _of_change(change: ChangeResult) -> Annotation:
    level = "warning" if change.passes else "error"
    message = f"{change.message} {change.reason}".strip()
    identity = f"{change.kind} {change.coordinate} {change.target}"
    return Annotation(level, change.kind.value, message, change.location, identity)


def _of_finding(finding: Finding) -> Annotation:
    level = "warning" if finding.passes else "error"
    identity = f"{finding.contributor} {finding.coordinate} {finding.message}"
    return Annotation(level, finding.contributor, finding.message, finding.location, identity)
