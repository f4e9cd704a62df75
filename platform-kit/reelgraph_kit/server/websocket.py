"""WebSockets as uvicorn speaks them, with bounds on what a client may make the server hold."""

from __future__ import annotations

from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from reelgraph_kit.server.guard import ConnectionGuard, WriteWatch
from reelgraph_kit.server.limits import HttpLimits

STEP_BYTES = 4_096
"""What is parsed at a time: all its messages are held, and compressed ones are a thousand times as large."""
MAX_FRAGMENTS = 1_000
"""Most frames that one message may come in; empty ones count for no bytes."""


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """Parses in small steps, and reads nothing from a client that does not read."""

    limits: ClassVar[HttpLimits] = HttpLimits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting = b""
        self._at = 0
        self._writing = WriteWatch()
        self._is_stalled = False
        ConnectionGuard.of(self.server_state_of(args, kwargs), self.limits, self.loop)

    @staticmethod
    def server_state_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The server's state, which uvicorn gives to the constructor and does not keep."""
        return kwargs["server_state"] if "server_state" in kwargs else args[1]

    def data_received(self, data: bytes) -> None:
        """Bytes came: parse a little, the rest when the application has taken what there was."""
        self._waiting = self._waiting[self._at :] + data
        self._at = 0
        self._step()

    def _step(self) -> None:
        while self._at < len(self._waiting) and not self.read_paused:
            if self._is_stalled:
                if not self.transport.is_closing():
                    self.transport.pause_reading()
                return
            piece = self._waiting[self._at : self._at + STEP_BYTES]
            self._at += len(piece)
            super().data_received(piece)
        if self._at >= len(self._waiting):
            self._waiting, self._at = b"", 0

    def handle_cont(self, event: Any) -> None:
        """A further frame of a message."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self.conn.fail(1008, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    async def receive(self) -> Any:
        """The next message, for the application."""
        message = await super().receive()
        self._step()
        return message

    def pause_writing(self) -> None:
        """The client does not read: its pings and messages wait."""
        super().pause_writing()
        self._is_stalled = True

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._is_stalled = False
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()
        self._step()

    # What the guard asks

    def check(self, now: float) -> None:
        """End the connection where its client reads nothing."""
        if self._writing.is_stuck(self.transport, now, self.limits.write_seconds):
            self.transport.abort()

    def waits_since(self) -> float | None:
        """A WebSocket never only waits: subscriptions may be silent for long."""
        return None

    def drop(self) -> None:
        """Close without a word."""
        self.transport.abort()
