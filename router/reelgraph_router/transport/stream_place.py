"""How far a subgraph's stream has come, and starting it again where nothing is lost by that."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from reelgraph_router.transport.port import FaultKind, StreamFault

MAX_TRIES = 4
"""How often in a row a stream is started without an event coming."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0

RETRIED = frozenset((FaultKind.UNREACHABLE, FaultKind.DISCONNECTED))

Event = dict[str, object]


@dataclass(slots=True)
class StreamPlace:
    """Where a stream is: how many events came, and the id of the last one (HTML, 9.2.6)."""

    received: int = 0
    last_id: bytes = b""
    retry_seconds: float = 0.0

    def may_start_again(self) -> bool:
        """Whether no event is lost: none came yet, or the subgraph is told which was the last."""
        return not self.received or bool(self.last_id)

    def pause(self, tries: int) -> float:
        """Seconds to wait before another try: longer each time, and not all routers at once."""
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 3.0 ** (tries - 1))
        return max(self.retry_seconds, seconds * random.uniform(0.5, 1))


async def kept_going(start: Callable[[StreamPlace], AsyncIterator[Event]]) -> AsyncGenerator[Event]:
    """The events of a stream that is started again when it breaks off, where that loses none.

    Raises StreamFault where it would, or after `MAX_TRIES` in vain.
    """
    place = StreamPlace()
    tries = 0
    while True:
        before = place.received
        try:
            async with aclosing(cast("AsyncGenerator[Event]", start(place))) as stream:
                async for event in stream:
                    place.received += 1
                    yield event
            return
        except StreamFault as fault:
            tries = 1 if place.received > before else tries + 1
            if fault.kind not in RETRIED or tries >= MAX_TRIES or not place.may_start_again():
                raise
        await asyncio.sleep(place.pause(tries))
