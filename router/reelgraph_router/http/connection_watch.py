"""Notice clients that go away while their request is being answered, and stop the work.

A server tells of it only to those who ask (`receive`), and asking takes a task of its own; so only
requests that take longer than a moment are watched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from reelgraph_kit.asgi import Receive

T = TypeVar("T")

SWEEP_SECONDS = 0.05


class ClientGone(Exception):
    """The client closed the connection; nobody reads an answer."""


class _Entry:
    """One request being answered."""

    __slots__ = ("gone", "receive", "seen", "task", "watcher")

    def __init__(self, task: asyncio.Task[object], receive: Receive) -> None:
        self.task = task
        self.receive = receive
        self.seen = False
        self.gone = False
        self.watcher: asyncio.Task[None] | None = None


class ConnectionWatch:
    """Runs work for a client and cancels it when the client is gone."""

    def __init__(self) -> None:
        self._entries: set[_Entry] = set()
        self._sweeper: asyncio.TimerHandle | None = None

    async def run(self, work: Awaitable[T], receive: Receive) -> T:
        """Await `work`; raises ClientGone when the client goes away meanwhile."""
        task = asyncio.current_task()
        assert task is not None
        entry = _Entry(task, receive)
        self._entries.add(entry)
        if self._sweeper is None:
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep)
        try:
            return await work
        except asyncio.CancelledError:
            if entry.gone:
                task.uncancel()
                raise ClientGone from None
            raise
        finally:
            self._entries.discard(entry)
            if entry.watcher is not None:
                entry.watcher.cancel()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for entry in self._entries:
            if entry.seen and entry.watcher is None:
                entry.watcher = loop.create_task(_watch(entry))
            entry.seen = True
        again = bool(self._entries)
        self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep) if again else None


async def _watch(entry: _Entry) -> None:
    message = await entry.receive()
    if message["type"] == "http.disconnect" and not entry.task.done():
        entry.gone = True
        entry.task.cancel()
