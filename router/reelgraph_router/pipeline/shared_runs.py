"""Runs under way: who waits for each, until when, and which equal requests share one.

A run belongs to all who wait for it. When one of them goes away the others still get their answer;
when the last one goes, the run is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Protocol

from reelgraph_router.errors import Code, refuse
from reelgraph_router.execution.fast_path.run import FastRun
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.pipeline.stages import ReadyOperation

SWEEP_SECONDS = 0.1

Finish = Callable[[Run | FastRun, ReadyOperation], tuple[bytes, bool]]


class Waiter(Protocol):
    """Who waits for an answer: a future, or what behaves like one."""

    def done(self) -> bool:
        """Whether nothing is waited for any more."""

    def cancelled(self) -> bool:
        """Whether the waiter has gone away."""

    def set_result(self, result: bytes, /) -> None:
        """Take the answer."""

    def set_exception(self, exception: Exception, /) -> None:
        """Take what making the answer raised."""


class RunningRequest:
    """A run and those who wait for its answer."""

    __slots__ = (
        "_finish", "_operation", "body", "counts", "deadline", "key", "on_end", "run", "shared", "timeout",
        "waiters",
    )  # fmt: skip

    def __init__(
        self, run: Run | FastRun, operation: ReadyOperation, timeout: float, finish: Finish
    ) -> None:
        self.run = run
        self.timeout = timeout
        self.deadline = 0.0
        self.key: Hashable = None
        self.on_end: Callable[[], None] | None = None
        self.body: bytes | None = None
        self.waiters: list[Waiter] = []
        self.counts: list[Callable[[bool], None]] = []
        self.shared: SharedRuns | None = None
        self._operation = operation
        self._finish = finish

    def drop(self) -> None:
        """A waiter has gone away: the run is cancelled when all have."""
        if self.shared is not None:
            self.shared.drop(self)

    def deliver(self) -> None:
        """Give the answer, or the exception that making it raised, to everyone who waits."""
        # Let go of the waiters: they may refer back, and circles wait for the garbage collector.
        waiters, self.waiters = self.waiters, []
        try:
            body, failed = self._finish(self.run, self._operation)
            self.body = body
        except Exception as error:
            if not waiters:
                raise
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        for count in self.counts:
            count(failed)
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(body)


class SharedRuns:
    """All runs under way in this process, `most` at most: each holds what arrived for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: set[RunningRequest] = set()
        self._by_key: dict[Hashable, RunningRequest] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def admit(self) -> None:
        """Raise RequestError (503) where as many run as may."""
        if len(self._running) >= self._most:
            raise refuse(
                "The router has too many requests under way. Try again in a moment.",
                Code.OVERLOADED,
                503,
                headers=((b"retry-after", b"1"),),
            )

    def find(self, key: Hashable) -> RunningRequest | None:
        """The run under way for an equal request, or None."""
        return self._by_key.get(key)

    def start(
        self, running: RunningRequest, key: Hashable = None, waiter: Waiter | None = None
    ) -> None:
        """Start a run; `key` lets equal requests find it, `waiter` waits from the beginning."""
        if waiter is not None:
            running.waiters.append(waiter)
        loop = asyncio.get_running_loop()
        running.deadline = loop.time() + running.timeout
        self._running.add(running)
        if key is not None:
            running.key = key
            self._by_key[key] = running
        running.shared = self
        if self._sweeper is None:
            self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep)
        running.run.start(lambda run: self._done(running))

    async def wait(self, running: RunningRequest) -> bytes:
        """Wait for the answer; the run is cancelled when all who wait have gone away."""
        if running.body is not None:
            return running.body
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        running.waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            self.drop(running)
            raise

    def drop(self, running: RunningRequest) -> None:
        """Cancel a run whose waiters have all gone away."""
        if all(waiter.cancelled() for waiter in running.waiters):
            running.run.cancel()
            self._forget(running)

    def _done(self, running: RunningRequest) -> None:
        self._forget(running)
        running.deliver()

    def _forget(self, running: RunningRequest) -> None:
        if running not in self._running:
            return
        self._running.discard(running)
        if running.on_end is not None:
            running.on_end()
        if running.key is not None and self._by_key.get(running.key) is running:
            del self._by_key[running.key]

    def _sweep(self) -> None:
        """End the runs whose time is over, with what they have."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for running in [r for r in self._running if r.deadline <= now]:
            running.run.expire()
        again = bool(self._running)
        self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep) if again else None
