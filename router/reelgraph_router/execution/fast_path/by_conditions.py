"""The fast paths of a plan with `@skip` and `@include`: one for each outcome of its conditions.

They are made when an outcome comes a second time, on a thread, while its requests are answered over the merged tree.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from reelgraph_federation.budget import OperationTooLargeError
from reelgraph_federation.planning.query_plan import ALWAYS, Condition, EntityGroup, QueryPlan
from reelgraph_router.execution.code.positions import analyse_positions
from reelgraph_router.execution.fast_path.compile import FastPath, compile_fast_path
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.execution.fast_path.settle_conditions import settle_conditions
from reelgraph_router.execution.tree_state import Truths

MOST_WAYS = 8
MOST_COUNTED = 64
WORTH_WHILE = 2

NeedsOwnCopies = Callable[[EntityGroup, QueryPlan], bool]

_log = logging.getLogger("reelgraph.router.execution")


class FastPathsByConditions:
    """The fast paths of one plan, by what holds of its `conditions`."""

    def __init__(
        self, plan: QueryPlan, conditions: Mapping[Condition, int], own_copies: NeedsOwnCopies
    ) -> None:
        self._plan = plan
        self._conditions = conditions
        self._own_copies = own_copies
        self._made: dict[Truths, FastPath | None] = {}
        self._asked: dict[Truths, int] = {}
        self.making: set[asyncio.Future[FastPath | None]] = set()
        """What is being made on a thread."""
        self.on_made: Callable[[], None] | None = None

    def find(self, truths: Truths) -> FastPath | None:
        """The fast path for what holds, where it is made already; call it on the event loop."""
        if truths in self._made:
            return self._made[truths]
        if len(self._made) < MOST_WAYS and len(self._asked) < MOST_COUNTED:
            self._asked[truths] = self._asked.get(truths, 0) + 1
            if self._asked[truths] >= WORTH_WHILE:
                self._made[truths] = None
                making = asyncio.get_running_loop().run_in_executor(None, self.make, truths)
                self.making.add(making)
                making.add_done_callback(partial(self._keep, truths))
        return None

    def made(self) -> list[FastPath | None]:
        """The fast paths made so far."""
        return list(self._made.values())

    def make(self, truths: Truths) -> FastPath | None:
        """Compile the fast path for what holds; None where records cannot say it, or it is too large."""
        try:
            return self.compile(truths)
        except (UnsupportedPlan, OperationTooLargeError):
            return None

    def compile(self, truths: Truths) -> FastPath:
        """Compile the fast path for what holds; raises UnsupportedPlan."""
        plan = settle_conditions(self._plan, lambda one: self._holds(one, truths))
        return compile_fast_path(
            plan, analyse_positions(plan), lambda group: self._own_copies(group, plan)
        )

    def _holds(self, condition: Condition, truths: Truths) -> bool:
        if condition == ALWAYS:
            return True
        place = self._conditions.get(condition)
        if place is None:
            raise UnsupportedPlan("a condition that the program does not evaluate")
        return truths[place]

    def _keep(self, truths: Truths, making: asyncio.Future[FastPath | None]) -> None:
        self.making.discard(making)
        if making.cancelled():
            return
        error = making.exception()
        if error is not None:
            _log.error("a fast path through a plan could not be made", exc_info=error)
        else:
            self._made[truths] = making.result()
            if self.on_made is not None:
                self.on_made()
