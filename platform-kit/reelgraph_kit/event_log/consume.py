"""Run a handler over a topic for as long as the process lives."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from reelgraph_kit.event_log.port import BATCH, Consumer, Event, EventLog, LostOwnership, Start

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 15.0
_logger = logging.getLogger("reelgraph.event_log")


async def consume(
    log: EventLog,
    topic: str,
    group: str,
    handle: Callable[[Sequence[Event]], Awaitable[None]],
    *,
    limit: int = BATCH,
    start: Start = "earliest",
) -> None:
    """Hand every event of a topic to `handle`, in batches, until cancelled.

    A batch is committed after `handle` returns. When it raises, the same events come again
    after a growing pause (0.2 s to 15 s), so the handler must bear repetition, and events that
    can never be handled are its own to set aside.
    """
    consumer = await log.consumer(topic, group, start)
    pause = _FIRST_PAUSE_SECONDS
    try:
        while True:
            if await _handle_one_batch(consumer, handle, limit, topic, group):
                pause = _FIRST_PAUSE_SECONDS
            else:
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
    finally:
        await consumer.close()


async def _handle_one_batch(
    consumer: Consumer,
    handle: Callable[[Sequence[Event]], Awaitable[None]],
    limit: int,
    topic: str,
    group: str,
) -> bool:
    try:
        events = await consumer.fetch(limit)
        await handle(events)
        await consumer.commit()
    except LostOwnership:
        _logger.info("group %s of %s: another consumer took over", group, topic)
        await consumer.rewind()
    except Exception:
        _logger.exception("group %s of %s: events could not be handled", group, topic)
        await consumer.rewind()
        return False
    return True
