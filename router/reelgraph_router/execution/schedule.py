"""Go through a program's fetches: each begins as soon as those that it waits for have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reelgraph_router.execution.program import FetchProgram, Program


class Execution:
    """One execution of a program: it starts, and ends, is cancelled or expires, once.

    A subclass says how a fetch begins, what comes after the last one, and which calls are under way.
    """

    __slots__ = ("_on_done", "_remaining", "_waits", "bailouts", "done", "program")

    def __init__(self, program: Program) -> None:
        self.program = program
        self.done = False
        self.bailouts: tuple[str, ...] = ()
        """Why faster ways gave up."""
        self._waits = list(program.waits)
        self._remaining = len(program.fetches)
        self._on_done: Callable[[Any], None] | None = None

    def start(self, on_done: Callable[[Any], None]) -> None:
        """Send the first fetches; `on_done` is called once with this, perhaps before it returns."""
        self._on_done = on_done
        if not self._remaining:
            self._finish()
            return
        for number in self.program.first:
            self._begin(number)

    def cancel(self) -> None:
        """Stop: nobody waits for the answer. `on_done` is not called any more."""
        self.done = True
        self._on_done = None
        self._drop_calls()

    def expire(self) -> None:
        """End now with what is there; what is under way fails as too late."""
        raise NotImplementedError

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

    def _tell(self) -> None:
        """Call `on_done`, unless that was done before or nobody waits."""
        if not self.done:
            self.done = True
            # Let go of it: what waits for this execution refers to it, and a circle would keep
            # the whole tree in memory until the garbage collector's next round.
            on_done, self._on_done = self._on_done, None
            assert on_done is not None
            on_done(self)

    def _begin(self, number: int) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        raise NotImplementedError

    def _drop_calls(self) -> None:
        """Cancel the calls under way."""
        raise NotImplementedError
