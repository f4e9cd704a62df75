"""A run whose answer is delivered in parts: it tells which parts are ready.

Everything else about fetches is `run.py`'s; a request without `@defer` never comes here.
"""

from __future__ import annotations

import asyncio

from reelgraph_router.errors import GraphQLFault
from reelgraph_router.execution.answers.faults import Faults
from reelgraph_router.execution.incremental.complete_part import PartCompletion
from reelgraph_router.execution.program import FetchProgram, Sent
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.execution.tree_state import JsonObject
from reelgraph_router.transport.port import Outcome


class DeferredRun(Run):
    """The state of one execution in parts.

    `changed` is set whenever a fetch has ended. `left` counts for each part of the plan the fetches
    that it waits for, and `left_first` for the first answer.
    """

    __slots__ = ("_fetch", "changed", "left", "left_first")

    def begin(self) -> None:
        """Send the first fetches."""
        plan = self.program.plan
        self._fetch = -1
        self.changed = asyncio.Event()
        self.left = [len(part.fetches) for part in plan.deferred]
        self.left_first = sum(not fetch.defer for fetch in plan.fetches)
        self.start(lambda run: self.changed.set())

    @property
    def is_first_ready(self) -> bool:
        """Whether the first answer can be made."""
        return self.done or self.left_first == 0

    def is_ready(self, part: int) -> bool:
        """Whether all that a part waits for is there, or will not come."""
        return self.done or self.left[part] == 0

    def complete(self) -> tuple[JsonObject | None, list[GraphQLFault]]:
        """The first answer's `data` and `errors`."""
        if self.faults is None:
            return super().complete()
        own = frozenset(fetch.id for fetch in self.program.plan.fetches if not fetch.defer)
        completion = PartCompletion(
            self.faults, self.variables, self.introspection, own, frozenset()
        )
        data = completion.root(self.program.shape, self.root)
        completion.finish()
        return data, completion.errors

    # What is overridden: faults are kept with their fetch, and ended fetches are counted.

    def _begin(self, number: int) -> None:
        self._fetch = number
        super()._begin(number)

    def _receive(self, fetch: FetchProgram, sent: Sent, number: int, outcome: Outcome) -> None:
        self._fetch = fetch.id
        super()._receive(fetch, sent, number, outcome)

    def fail(self, fetch: FetchProgram, sent: Sent, fault: GraphQLFault) -> None:
        """Nothing came of a fetch, whose fault it is."""
        self._fetch = fetch.id
        super().fail(fetch, sent, fault)

    def record(self) -> Faults:
        """The faults of this run, to add to: of the fetch that is looked at."""
        faults = super().record()
        faults.fetch = self._fetch
        return faults

    def _ended(self, fetch: FetchProgram) -> None:
        parts = self.program.plan.fetches[fetch.id].defer
        for part in parts:
            self.left[part] -= 1
        if not parts:
            self.left_first -= 1
        super()._ended(fetch)
        self.changed.set()
