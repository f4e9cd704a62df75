"""Every problem of composition, planning and subgraphs as data: code, severity, meaning, remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .documents import DOCUMENT_KINDS
from .fields import FIELD_KINDS
from .hints import HINT_KINDS
from .kind import ProblemKind, Severity
from .merging import MERGE_KINDS
from .running import RUNNING_KINDS
from .specs import SPEC_KINDS

PROBLEM_KINDS: Final[Mapping[str, ProblemKind]] = {
    **DOCUMENT_KINDS,
    **FIELD_KINDS,
    **MERGE_KINDS,
    **SPEC_KINDS,
    **RUNNING_KINDS,
    **HINT_KINDS,
}
"""Code → kind. The order is that of docs/problems.md."""

__all__ = ["PROBLEM_KINDS", "ProblemKind", "Severity"]
