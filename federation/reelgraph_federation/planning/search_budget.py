"""The bound of one search: how many options are looked at before it is given up."""

from __future__ import annotations

from reelgraph_federation.budget import Budget
from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.errors import PlanningBudgetError

STEPS_ALLOWED = 1_000_000


class SearchBudget:
    """Counts the steps of one attempt at a plan; `task` is what it looks for, for the error."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._steps = 0
        self.task: Task | None = None

    def step(self) -> None:
        """Count one step of the search; raises `PlanningBudgetError` after too many."""
        self._steps += 1
        self._budget.step()
        if self._steps > STEPS_ALLOWED:
            coordinate = path = ""
            if self.task is not None:
                position = self.task.position
                coordinate = f"{position.type_name}.{self.task.leaf.name}"
                path = position.path()
            raise PlanningBudgetError(STEPS_ALLOWED, coordinate, path)
