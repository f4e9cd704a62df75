"""Work that goes on beside the requests, for as long as the service runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

ResourcesT = TypeVar("ResourcesT")

BackgroundWork = Callable[[ResourcesT], Coroutine[Any, Any, None]]
"""A coroutine function that works until it is cancelled; it is given the app's resources."""

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_logger = logging.getLogger("reelgraph.background")


@asynccontextmanager
async def running(
    work: Sequence[BackgroundWork[ResourcesT]], resources: ResourcesT
) -> AsyncIterator[None]:
    """Run each piece of work in a task; cancel them all at the end and wait until they are done.

    Work that raises is logged and started again after a growing pause (0.5 s to 30 s).
    """
    tasks = [asyncio.create_task(_keep_running(piece, resources)) for piece in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_running(work: BackgroundWork[ResourcesT], resources: ResourcesT) -> None:
    name = getattr(work, "__qualname__", repr(work))
    loop = asyncio.get_running_loop()
    pause = _FIRST_PAUSE_SECONDS
    while True:
        started = loop.time()
        try:
            await work(resources)
        except Exception:
            _logger.exception("background work %s failed; it starts again soon", name)
        else:
            return
        if loop.time() - started > _LONGEST_PAUSE_SECONDS:
            pause = _FIRST_PAUSE_SECONDS
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
