"""Go through a program's fetches: each begins as soon as those that it waits for have ended."""

from __future__ import annotations

from reelgraph_router.execution.program import FetchProgram, Program


class Scheduled:
    """What one execution has to do still. A run says how a fetch begins, and what comes at the end."""

    __slots__ = ("_remaining", "_waits", "program")

    def __init__(self, program: Program) -> None:
        self.program = program
        self._waits = list(program.waits)
        self._remaining = len(program.fetches)

    def _begin_first(self) -> None:
        """Begin with what waits for nothing."""
        if not self._remaining:
            self._finish()
            return
        for number in self.program.first:
            self._begin(number)

    def _ended(self, fetch: FetchProgram) -> None:
        """A fetch has ended, whatever came of it."""
        self._remaining -= 1
        waits = self._waits
        for dependent in fetch.dependents:
            waits[dependent] -= 1
            if waits[dependent] == 0:
                self._begin(dependent)
        if self._remaining == 0:
            self._finish()

    def _begin(self, number: int) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        raise NotImplementedError
