"""Why an operation could not be planned."""

from __future__ import annotations


class PlanningError(Exception):
    """An operation cannot be planned.

    ├─ NoPathError        the supergraph cannot resolve a field: composition let it through
    ├─ PlanningBudgetError  the search was larger than its budget
    └─ UnsupportedFeatureError  the operation uses something that cannot be planned yet
    """


class NoPathError(PlanningError):
    """No subgraph that can be reached resolves a field."""

    def __init__(self, coordinate: str, path: str) -> None:
        super().__init__(
            f"No subgraph that can be reached resolves {coordinate} at {path or 'the root'};"
            " compose the supergraph again and look at its satisfiability errors."
        )
        self.coordinate = coordinate


class PlanningBudgetError(PlanningError):
    """The search for the cheapest plan took more steps than allowed."""

    def __init__(self, budget: int) -> None:
        super().__init__(
            f"Planning the operation took more than {budget} steps; split the operation."
        )


class UnsupportedFeatureError(PlanningError):
    """A field takes an argument from a `@context`, which the planner cannot supply yet."""

    def __init__(self, coordinate: str, subgraph: str) -> None:
        super().__init__(
            f'{coordinate} of subgraph "{subgraph}" takes an argument by @fromContext, which cannot'
            " be planned yet; select other fields, or make it an ordinary argument."
        )
