"""One look at all connections now and then, instead of timers for each of their states.

A request costs nothing here: connections note when they began to wait, and one timer of the process
finds those that wait for too long.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from reelgraph_kit.server.limits import HttpLimits

ROOM_SHARE = 8
"""When the connections are too many, this share of them is let go of, so that looking is rare."""


class Guarded(Protocol):
    """A connection as the guard sees it."""

    def check(self, now: float) -> None:
        """End what has waited for too long."""

    def waits_since(self) -> float | None:
        """Since when nothing is done for the client, None while something is."""

    def drop(self) -> None:
        """Close without a word."""


class WriteWatch:
    """Notices a client that does not read: its answers stay in the server's buffer."""

    __slots__ = ("_since", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._since = 0.0

    def is_stuck(self, transport: asyncio.WriteTransport, now: float, seconds: float) -> bool:
        """Whether nothing of what is to be written was taken for so many seconds."""
        size = transport.get_write_buffer_size()
        waits = size or transport.is_closing()
        if not waits or not self._since or size < self._size:
            self._since = now
        self._size = size
        return bool(waits) and now - self._since > seconds


class ConnectionGuard:
    """Looks after the connections of one server."""

    def __init__(
        self, limits: HttpLimits, connections: set[Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        self.limits = limits
        self._connections = connections
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._unfinished = 0

    @staticmethod
    def of(
        server_state: Any, limits: HttpLimits, loop: asyncio.AbstractEventLoop
    ) -> ConnectionGuard:
        """The guard of a server, made for its first connection."""
        found: ConnectionGuard | None = getattr(server_state, "reelgraph_guard", None)
        if found is None:
            found = ConnectionGuard(limits, server_state.connections, loop)
            server_state.reelgraph_guard = found
        return found

    def admit(self, newcomer: Guarded) -> bool:
        """Whether one more connection may be; those that only wait make room for it."""
        if self._timer is None:
            self._timer = self._loop.call_later(self.limits.sweep_seconds(), self._sweep)
        if len(self._connections) <= self.limits.connections:
            return True
        waiting = [
            (since, number, one)
            for number, one in enumerate(self._guarded())
            if one is not newcomer and (since := one.waits_since()) is not None
        ]
        waiting.sort(key=lambda found: found[:2])
        most = self.limits.connections // ROOM_SHARE + 1
        for _, _, one in waiting[:most]:
            one.drop()
        return bool(waiting)

    def hold(self, more: int) -> bool:
        """Count bytes of bodies that are not whole yet; False where they are too many in all."""
        self._unfinished += more
        return more <= 0 or self._unfinished <= self.limits.unfinished_bytes

    def _guarded(self) -> list[Guarded]:
        return [one for one in self._connections if hasattr(one, "waits_since")]

    def _sweep(self) -> None:
        now = self._loop.time()
        for one in self._guarded():
            one.check(now)
        again = bool(self._connections)
        self._timer = (
            self._loop.call_later(self.limits.sweep_seconds(), self._sweep) if again else None
        )
