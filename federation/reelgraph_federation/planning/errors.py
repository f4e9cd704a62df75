"""Why an operation could not be planned."""

from __future__ import annotations

from typing import ClassVar


class PlanningError(Exception):
    """An operation cannot be planned; ``code`` tells clients in one word why.

    ├─ NoPathError        the supergraph cannot resolve a field: composition let it through
    ├─ DisabledSubgraphsError  the same, of subgraphs that were switched off for planning
    └─ PlanningBudgetError  the search was larger than its budget
    """

    code: ClassVar[str] = "QUERY_PLANNING_FAILED"


class NoPathError(PlanningError):
    """No subgraph that can be reached resolves a field."""

    def __init__(self, coordinate: str, path: str) -> None:
        super().__init__(
            f"No subgraph that can be reached resolves {coordinate} at {path or 'the root'};"
            " compose the supergraph again and look at its satisfiability errors."
        )
        self.coordinate = coordinate
        self.path = path


class DisabledSubgraphsError(PlanningError):
    """There is no plan without the subgraphs that were switched off."""

    code = "NO_PLAN_FOUND_WITH_DISABLED_SUBGRAPHS"

    def __init__(self, coordinate: str, path: str, disabled: frozenset[str]) -> None:
        names = ", ".join(f'"{name}"' for name in sorted(disabled))
        super().__init__(
            f"Without {names} no subgraph that can be reached resolves {coordinate} at"
            f" {path or 'the root'}; leave the field out, or switch the subgraph on again."
        )
        self.coordinate = coordinate


class PlanningBudgetError(PlanningError):
    """The search for the cheapest plan took more steps than allowed."""

    code = "QUERY_PLAN_COMPLEXITY_EXCEEDED"

    def __init__(self, budget: int, coordinate: str, path: str) -> None:
        super().__init__(
            f"Planning the operation took more than {budget} steps, the last for {coordinate} at"
            f" {path or 'the root'}; split the operation there, or ask for fewer fields at once."
        )
        self.coordinate = coordinate
        self.path = path


class TooDearError(Exception):
    """A plan being put together costs more than one that is there: never seen outside."""
