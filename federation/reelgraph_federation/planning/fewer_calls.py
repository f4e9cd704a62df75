"""Look for a plan with fewer calls: plan again with fewer of them allowed.

Taking leaves one by one, nothing sees that two calls may do what three were begun for. So an operation
is planned again without a subgraph that no field depends on alone, or with one call less to a
subgraph that is called several times; from a plan that is as cheap as the best, the search goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.constraints import (
    ALL_CALLS,
    UNCONSTRAINED,
    Allowed,
    Constraints,
)
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.positions import Position

MOST_ATTEMPTS = 12
MOST_LEAVES = 300
"""How many leaves are planned again at most, in all attempts together: small operations, the usual
ones, are searched well, large ones are planned once."""


class PlanCost(NamedTuple):
    """The waves and the fetches of the first answer, and the fetches of all parts."""

    waves: int
    first: int
    all: int


class Attempt(NamedTuple):
    """What came of planning an operation, or a field of it, once."""

    root: Position
    tasks: Sequence[Task]
    draft: DraftPlan

    @property
    def cost(self) -> PlanCost:
        """What the plan costs, to be compared with others for the same fields."""
        fetches = self.draft.fetches
        first = [fetch for fetch in fetches if not fetch.defer]
        return PlanCost(max((one.wave for one in first), default=0), len(first), len(fetches))


def find_fewest(plan: Callable[[Constraints], Attempt | None], reach: Reach) -> Attempt:
    """Return the cheapest of some attempts; `plan` returns `None` where there is no such plan."""
    best = plan(UNCONSTRAINED)
    assert best is not None
    left = min(MOST_ATTEMPTS, MOST_LEAVES // max(1, len(best.tasks)))
    to_try = deque(_variations(reach, best, ALL_CALLS))
    tried: list[Constraints] = []
    while to_try and left > 0:
        constraints = to_try.popleft()
        if constraints in tried:
            continue
        tried.append(constraints)
        left -= 1
        other = plan(constraints._replace(most=(best.cost.waves, best.cost.first)))
        if other is None or other.cost > best.cost:
            continue
        if other.cost < best.cost:
            best = other
            to_try.clear()
        to_try.extend(_variations(reach, other, constraints.allowed))
    return best


def _variations(reach: Reach, attempt: Attempt, allowed: Allowed) -> Iterator[Constraints]:
    """Yield what else to try, given a plan."""
    waves: dict[str, list[int]] = {}
    for draft in attempt.draft.fetches:
        waves.setdefault(draft.subgraph, []).append(draft.wave)
    alone = {task.subgraph for task in attempt.tasks if not _has_choice(reach, task)}
    choices = [(name, frozenset[int]()) for name in waves if name not in alone]
    for name, called in waves.items():
        if len(called) > 1:
            choices += [(name, frozenset(called) - {one}) for one in called]
    if choices:
        yield Constraints(allowed, True)
    if any(draft.defer for draft in attempt.draft.fetches):
        return  # what is deferred would be fetched before, to save its call
    for name, chosen in choices:
        yield Constraints({**allowed, name: chosen})


def _has_choice(reach: Reach, task: Task) -> bool:
    """Tell whether any other subgraph than the one that a task names has its field."""
    if task.has_choice:
        return True
    candidates = reach.candidates(task.position, task.leaf.name)
    return any(one.node.subgraph != task.subgraph for one in candidates)
