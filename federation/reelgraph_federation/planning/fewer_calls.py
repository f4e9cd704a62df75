"""Look for a plan with fewer calls: plan again with fewer of them allowed.

Taking leaves one by one, nothing sees that two calls may do what three were begun for. So an operation
is planned again without a subgraph that no field depends on alone, or with one call less to a
subgraph that is called several times; from a plan that is as cheap as the best, the search goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.drafts import FetchDraft
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.positions import Position

MOST_ATTEMPTS = 12
MOST_LEAVES = 300
"""How many leaves are planned again at most, in all attempts together: small operations, the usual
ones, are searched well, large ones are planned once."""

Allowed = Mapping[str, frozenset[int]]
"""The waves in which subgraphs may be called, for those of which not all are allowed."""
ALL_CALLS: Allowed = MappingProxyType({})


class Attempt(NamedTuple):
    """What came of planning an operation once."""

    root: Position
    tasks: Sequence[Task]
    drafts: list[FetchDraft]


class Constraints(NamedTuple):
    """How to plan: which calls may be made, and which leaves are taken first."""

    allowed: Allowed = ALL_CALLS
    early_first: bool = False
    most: tuple[int, int] | None = None
    """The waves and the fetches beyond which the plan is of no use."""

    def may_call(self, subgraph: str, wave: int) -> bool:
        """Tell whether a call is not ruled out beforehand."""
        return subgraph not in self.allowed or wave in self.allowed[subgraph]


UNCONSTRAINED = Constraints()


def cost_of(drafts: Sequence[FetchDraft]) -> tuple[int, int, int]:
    """Return the waves and the fetches of the first answer, and the fetches of all parts."""
    first = [draft for draft in drafts if not draft.defer]
    return max((one.wave for one in first), default=0), len(first), len(drafts)


def find_fewest(plan: Callable[[Constraints], Attempt | None], reach: Reach) -> Attempt:
    """Return the cheapest of some attempts; `plan` returns `None` where there is no such plan."""
    best = plan(UNCONSTRAINED)
    assert best is not None
    left = min(MOST_ATTEMPTS, MOST_LEAVES // max(1, len(best.tasks)))
    variations = deque(_variations(reach, best, ALL_CALLS))
    tried: list[Constraints] = []
    while variations and left > 0:
        constraints = variations.popleft()
        if constraints in tried:
            continue
        tried.append(constraints)
        left -= 1
        most = max(one.wave for one in best.drafts), len(best.drafts)
        other = plan(constraints._replace(most=most))
        if other is None or cost_of(other.drafts) > cost_of(best.drafts):
            continue
        if cost_of(other.drafts) < cost_of(best.drafts):
            best = other
            variations.clear()
        variations.extend(_variations(reach, other, constraints.allowed))
    return best


def _variations(reach: Reach, attempt: Attempt, allowed: Allowed) -> Iterator[Constraints]:
    """Yield what else to try, given a plan."""
    waves: dict[str, list[int]] = {}
    for draft in attempt.drafts:
        waves.setdefault(draft.subgraph, []).append(draft.wave)
    alone = {task.subgraph for task in attempt.tasks if not _has_choice(reach, task)}
    choices = [(name, frozenset[int]()) for name in waves if name not in alone]
    for name, called in waves.items():
        if len(called) > 1:
            choices += [(name, frozenset(called) - {one}) for one in called]
    if choices:
        yield Constraints(allowed, True)
    if any(draft.defer for draft in attempt.drafts):
        return  # what is deferred would be fetched before, to save its call
    for name, chosen in choices:
        yield Constraints({**allowed, name: chosen})


def _has_choice(reach: Reach, task: Task) -> bool:
    """Tell whether any other subgraph than the one that a task names has its field."""
    if task.has_choice:
        return True
    candidates = reach.candidates(task.position, task.leaf.name)
    return any(one.node.subgraph != task.subgraph for one in candidates)
