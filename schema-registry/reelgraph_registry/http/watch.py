"""Wait until a variant publishes another version."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..ports import RegistryStore

_Key = tuple[str, str]
_logger = logging.getLogger("reelgraph.registry")


@dataclass(eq=False, slots=True)
class _Waiter:
    """Somebody who knows one version and wants to hear of another."""

    known: str | None
    event: asyncio.Event = field(default_factory=asyncio.Event)


class PointerWatch:
    """Wakes waiters at once for a publish of this process, soon for one of another.

    Publishes of other processes are found by polling the pointers that somebody waits for, one
    cheap query each; with nobody waiting nothing is polled.
    """

    def __init__(self, store: RegistryStore, poll_seconds: float) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._waiters: dict[_Key, set[_Waiter]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    def announce(self, graph: str, variant: str) -> None:
        """Wake up all who wait for the variant."""
        _wake(self._waiters.get((graph, variant), ()))

    async def wait(self, graph: str, variant: str, known: str | None, seconds: float) -> str | None:
        """Return the published version as soon as it is not the known one, or after a while."""
        waiter = _Waiter(known)
        waiters = self._waiters.setdefault((graph, variant), set())
        # Registered before reading: a publish in between is heard.
        waiters.add(waiter)
        try:
            current = await self._store.published_version(graph, variant)
            if current != known or seconds <= 0 or self._closed:
                return current
            self._ensure_polling()
            await _wait(waiter.event, seconds)
            return await self._store.published_version(graph, variant)
        finally:
            waiters.discard(waiter)
            if not waiters and self._waiters.get((graph, variant)) is waiters:
                del self._waiters[graph, variant]

    def drain(self) -> None:
        """Let all waiters go, for the process is about to end."""
        self._closed = True
        for waiters in self._waiters.values():
            _wake(waiters)

    async def close(self) -> None:
        """Let all waiters go and stop polling."""
        self.drain()
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)

    def _ensure_polling(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while self._waiters and not self._closed:
            await asyncio.sleep(self._poll_seconds)
            try:
                await self._wake_the_outdated()
            except Exception:
                # A database that is away for a moment must not end the polling for good.
                _logger.exception("could not ask for what is published; trying again")

    async def _wake_the_outdated(self) -> None:
        for (graph, variant), waiters in list(self._waiters.items()):
            current = await self._store.published_version(graph, variant)
            _wake(waiter for waiter in waiters if waiter.known != current)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _wake(waiters: Iterable[_Waiter]) -> None:
    for waiter in waiters:
        waiter.event.set()
