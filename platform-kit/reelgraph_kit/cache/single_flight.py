"""Let callers that want the same thing at the same time share one computation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs at most one computation per key at a time; a cancelled caller cancels nobody else."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, compute: Callable[[], Awaitable[T]]) -> T:
        """Return what `compute` returns, or join the computation under way for `key`."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(_awaited(compute))
            self._running[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: str, done: asyncio.Task[T]) -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # retrieved, because every caller may have been cancelled


async def _awaited(compute: Callable[[], Awaitable[T]]) -> T:
    return await compute()
