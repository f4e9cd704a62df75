"""The shape of an entry of the table of problems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a problem matters: an ERROR keeps a supergraph from being made."""

    ERROR = "ERROR"
    WARN = "WARN"
    INFO = "INFO"
    DEBUG = "DEBUG"


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One code.

    ``since`` is the federation version whose composition first had it; empty for the router's own.
    """

    code: str
    severity: Severity
    since: str
    meaning: str
    remedy: str
    family: str


def kinds(
    family: str, severity: Severity, since: str, *entries: tuple[str, str, str]
) -> dict[str, ProblemKind]:
    """Make entries of one family from (code, meaning, remedy)."""
    return {
        code: ProblemKind(code, severity, since, meaning, remedy, family)
        for code, meaning, remedy in entries
    }
