"""Composition errors and hints as values: a stable code, a severity, the text, and the places.

Problems are collected, never raised. The kinds themselves, one entry a code, are the table in
:mod:`reelgraph_federation.problem_kinds`, from which docs/problems.md is generated.
"""

from __future__ import annotations

from dataclasses import dataclass

from .problem_kinds import PROBLEM_KINDS, ProblemKind, Severity

__all__ = [
    "PROBLEM_KINDS",
    "SHRINKING_HINTS",
    "Problem",
    "ProblemKind",
    "Severity",
    "SourceLocation",
]


SHRINKING_HINTS = frozenset(
    {
        "INCONSISTENT_ARGUMENT_PRESENCE",
        "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
        "INCONSISTENT_INPUT_OBJECT_FIELD",
    }
)
"""Hints that something which a subgraph defines is not in the supergraph: checks should fail on them
unless their user says otherwise."""


@dataclass(frozen=True, slots=True, order=True)
class SourceLocation:
    """A place in a subgraph's SDL. Lines and columns count from 1; 0 where there is no text."""

    subgraph: str
    file: str | None
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file or self.subgraph}:{self.line}:{self.column}"

    def to_dict(self) -> dict[str, object]:
        """Return the location as JSON-ready values."""
        return {
            "subgraph": self.subgraph,
            "file": self.file,
            "line": self.line,
            "column": self.column,
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or hint. ``coordinate`` is a schema coordinate such as ``Title.artwork(shape:)``."""

    code: str
    severity: Severity
    message: str
    remedy: str
    coordinate: str | None = None
    locations: tuple[SourceLocation, ...] = ()

    @property
    def is_error(self) -> bool:
        """Tell whether the problem keeps a supergraph from being made."""
        return self.severity is Severity.ERROR

    def to_dict(self) -> dict[str, object]:
        """Return the problem as JSON-ready values, as the registry stores and the CLI prints it."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "coordinate": self.coordinate,
            "locations": [location.to_dict() for location in self.locations],
        }

    def __str__(self) -> str:
        where = f" ({', '.join(map(str, self.locations))})" if self.locations else ""
        return f"{self.severity.value} {self.code}: {self.message}{where}\n  {self.remedy}"


def make_problem(
    code: str,
    message: str,
    coordinate: str | None = None,
    locations: tuple[SourceLocation, ...] = (),
    remedy: str | None = None,
    severity: Severity | None = None,
) -> Problem:
    """Make a problem of a known kind; severity and remedy come from the table unless given.

    An unknown code is a bug of the rule that reports it: the problem is told under
    ``ERROR_CODE_MISSING``, so that nobody takes the composition for a good one.
    """
    if code not in PROBLEM_KINDS:
        message, code, remedy = f"[{code}] {message}", "ERROR_CODE_MISSING", None
    kind = PROBLEM_KINDS[code]
    return Problem(
        code, severity or kind.severity, message, remedy or kind.remedy, coordinate, locations
    )
