"""Tell those who wait that the model changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator


class Bell:
    """Wakes any number of listeners.

    Changes that come while a listener is busy, or pausing, are one change to it, so that nothing
    is queued for one that does not keep up.
    """

    def __init__(self, pause_seconds: float = 1.0) -> None:
        """Begin without listeners; `pause_seconds` is the least time between two of one's changes."""
        self._pause = pause_seconds
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake every listener."""
        for listener in self._listeners:
            listener.set()

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield at once, then after each change."""
        rang = asyncio.Event()
        self._listeners.add(rang)
        try:
            while True:
                rang.clear()
                yield
                await asyncio.sleep(self._pause)
                await rang.wait()
        finally:
            self._listeners.discard(rang)
