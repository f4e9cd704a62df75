"""Apollo Federation 2 in Python: composition, supergraphs, query planning, schema changes. Pure.

The names in `__all__` are the public interface, kept as semantic versioning says; what else is in
the package may change with any release. docs/library.md shows them at work.

- Compose: `Subgraph`, `compose`, `Composer`, `CompositionResult`; `Problem`, `Severity`,
  `SourceLocation`.
- Supergraphs: `Supergraph` (its `api_schema` is what clients see), `parse_supergraph`,
  `InvalidSupergraphError`, `print_supergraph`, `make_contract`, `ContractResult`.
- Plan: `normalize_operation`, `NormalizedOperation`, `plan_operation`, `QueryPlan`, `format_plan`,
  `plan_to_json`; `PlanningError`, `NoPathError`, `PlanningBudgetError`.
- Schema changes: `find_changes`, `Change`, `ChangeKind`, `Criticality`; `judge_changes`,
  `JudgeRules`, `JudgedChange`, `RecordedUsage`, `UsageHit`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .composition.compose import Composer, CompositionResult, Subgraph, compose
    from .operations import NormalizedOperation, normalize_operation
    from .planning import (
        NoPathError,
        PlanningBudgetError,
        PlanningError,
        QueryPlan,
        format_plan,
        plan_operation,
        plan_to_json,
    )
    from .problems import Problem, Severity, SourceLocation
    from .schema_changes import (
        Change,
        ChangeKind,
        Criticality,
        JudgedChange,
        JudgeRules,
        RecordedUsage,
        UsageHit,
        find_changes,
        judge_changes,
    )
    from .supergraph import InvalidSupergraphError, parse_supergraph
    from .supergraph.contracts import ContractResult, make_contract
    from .supergraph.print_sdl import print_supergraph
    from .supergraph.supergraph import Supergraph

_HOMES = {
    "Change": "schema_changes",
    "ChangeKind": "schema_changes",
    "Composer": "composition.compose",
    "CompositionResult": "composition.compose",
    "ContractResult": "supergraph.contracts",
    "Criticality": "schema_changes",
    "InvalidSupergraphError": "supergraph",
    "JudgeRules": "schema_changes",
    "JudgedChange": "schema_changes",
    "NoPathError": "planning",
    "NormalizedOperation": "operations",
    "PlanningBudgetError": "planning",
    "PlanningError": "planning",
    "Problem": "problems",
    "QueryPlan": "planning",
    "RecordedUsage": "schema_changes",
    "Severity": "problems",
    "SourceLocation": "problems",
    "Subgraph": "composition.compose",
    "Supergraph": "supergraph.supergraph",
    "UsageHit": "schema_changes",
    "compose": "composition.compose",
    "find_changes": "schema_changes",
    "format_plan": "planning",
    "judge_changes": "schema_changes",
    "make_contract": "supergraph.contracts",
    "normalize_operation": "operations",
    "parse_supergraph": "supergraph",
    "plan_operation": "planning",
    "plan_to_json": "planning",
    "print_supergraph": "supergraph.print_sdl",
}

__all__ = [
    "Change",
    "ChangeKind",
    "Composer",
    "CompositionResult",
    "ContractResult",
    "Criticality",
    "InvalidSupergraphError",
    "JudgeRules",
    "JudgedChange",
    "NoPathError",
    "NormalizedOperation",
    "PlanningBudgetError",
    "PlanningError",
    "Problem",
    "QueryPlan",
    "RecordedUsage",
    "Severity",
    "SourceLocation",
    "Subgraph",
    "Supergraph",
    "UsageHit",
    "compose",
    "find_changes",
    "format_plan",
    "judge_changes",
    "make_contract",
    "normalize_operation",
    "parse_supergraph",
    "plan_operation",
    "plan_to_json",
    "print_supergraph",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing the package costs nothing."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    """List what can be imported, also before it was."""
    return sorted({*globals(), *__all__})
