"""HTTP/1.1 as uvicorn speaks it, with bounds on what a client may send and how long it may take."""

from __future__ import annotations

import json
from enum import Enum
from http import HTTPStatus
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reelgraph_kit.server.guard import ConnectionGuard, WriteWatch
from reelgraph_kit.server.limits import HttpLimits

LINGER_SECONDS = 2.0
"""How long a refused client may still send, so that it reads the refusal and no reset."""
BODY_RATE = 16_384
"""Each so many bytes of a body that came allow its client one more second."""


class Phase(Enum):
    """What a connection waits for."""

    SILENT = "its first byte"
    HEAD = "the end of a head"
    BODY = "the end of a body"
    IDLE = "an answer, or the next request"
    REFUSED = "its end"


class RefusedRequest(Exception):
    """Raised into the parser, which stops there."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol within `limits`: 431 for heads and trailers, 408 for what takes too long.

    Subclasses that handle the parser's callbacks themselves call the `guard_…` methods first.
    """

    limits: ClassVar[HttpLimits] = HttpLimits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard = ConnectionGuard.of(self.server_state, self.limits, self.loop)
        self.phase = Phase.SILENT
        self._since = self.loop.time()
        self._writing = WriteWatch()
        self._refusal: RefusedRequest | None = None
        self._has_begun = False
        self._fed = 0
        self._unread_head = 0
        self._body_bytes = 0
        self._bodiless = 0
        self._held = 0

    # asyncio.Protocol

    def connection_made(self, transport: Any) -> None:
        """A client connected; where there are too many it is told so."""
        super().connection_made(transport)
        if not self.guard.admit(self):
            self.refuse(503, "The server has as many connections as it may.")

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._hold(0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, and measure what it left unfinished."""
        if self.phase is Phase.REFUSED:
            return
        self._fed = len(data)
        self._has_begun = False
        body_bytes = self._body_bytes
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._hold(0)
                self.handle_websocket_upgrade()
            else:
                self._unsupported_upgrade_warning()
        except httptools.HttpParserError:
            refused = self._refusal or RefusedRequest(400, "Invalid HTTP request received.")
            self.refuse(refused.status, refused.message)
        else:
            self._measure(len(data), has_body=self._body_bytes != body_bytes)

    def _measure(self, size: int, *, has_body: bool) -> None:
        """Count what has no end yet; of a read in which a message began only the next ones."""
        if self.phase is Phase.IDLE:
            self._hold(0)
            return
        more = 0 if self._has_begun else size
        if self.phase is Phase.HEAD:
            self._unread_head += more
            if self._unread_head > self.limits.head_bytes:
                self.refuse(431, self._head_too_large())
        elif self.phase is Phase.BODY:
            self._bodiless = 0 if has_body else self._bodiless + more
            if self._bodiless > self.limits.head_bytes:
                self.refuse(431, self._head_too_large())
            elif not self._hold(self._body_bytes):
                self.refuse(503, "The server holds as many unfinished requests as it may.")

    def _hold(self, size: int) -> bool:
        """Tell the guard how much of a body waits for its rest."""
        if size == self._held:
            return True
        more, self._held = size - self._held, size
        return self.guard.hold(more)

    def _head_too_large(self) -> str:
        return f"The request's head or trailers exceed {self.limits.head_bytes} bytes."

    # The parser's callbacks

    def guard_begin(self) -> None:
        """A message begins."""
        self._unset_keepalive_if_required()
        self.phase = Phase.HEAD
        self._since = self.loop.time()
        self._has_begun = True
        self._unread_head = self._body_bytes = self._bodiless = 0

    def guard_headers(self) -> None:
        """The head is whole; raises RefusedRequest where it is too large."""
        self.phase = Phase.BODY
        if self._fed + self._unread_head > self.limits.head_bytes:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self.limits.head_bytes:
                self._stop(431, self._head_too_large())
        if len(self.headers) > self.limits.headers:
            self._stop(431, f"The request has more than {self.limits.headers} headers.")

    def guard_trailer(self, name: bytes, value: bytes) -> None:
        """A trailer came, which no application reads; raises RefusedRequest after too many."""
        self._bodiless += len(name) + len(value) + 4
        if self._bodiless > self.limits.head_bytes:
            self._stop(431, self._head_too_large())

    def guard_end(self) -> None:
        """The message is whole."""
        self.phase = Phase.IDLE

    def _stop(self, status: int, message: str) -> None:
        self._refusal = RefusedRequest(status, message)
        raise self._refusal

    def on_message_begin(self) -> None:
        """A request begins."""
        self.guard_begin()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line, or one trailer."""
        if self.phase is Phase.BODY:
            self.guard_trailer(name, value)
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self.guard_headers()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.guard_end()
        super().on_message_complete()

    # What the guard asks

    def check(self, now: float) -> None:
        """End the connection where its client takes too long."""
        limits, waited = self.limits, now - self._since
        if self._writing.is_stuck(self.transport, now, limits.write_seconds):
            self.transport.abort()
        elif self.phase is Phase.SILENT and waited > limits.head_seconds:
            self.transport.close()
        elif self.phase is Phase.HEAD and waited > limits.head_seconds:
            self.refuse(408, "The request's head did not come in time.")
        elif self.phase is Phase.BODY:
            if self.flow.read_paused:  # the application takes its time, not the client
                self._since = now
            elif waited > limits.body_seconds + self._body_bytes / BODY_RATE:
                self.refuse(408, "The request's body did not come in time.")
        elif self.phase is Phase.REFUSED and waited > LINGER_SECONDS:
            self.transport.abort()

    def waits_since(self) -> float | None:
        """Since when the connection is idle or has an unfinished head."""
        if self.phase in (Phase.SILENT, Phase.HEAD, Phase.REFUSED) or self._is_idle():
            return self._since
        return None

    def timeout_keep_alive_handler(self) -> None:
        """No request came for too long; one that has begun has its own time."""
        if self.phase is Phase.IDLE:
            super().timeout_keep_alive_handler()

    def _is_idle(self) -> bool:
        return self.phase is Phase.IDLE and (self.cycle is None or self.cycle.response_complete)

    def drop(self) -> None:
        """Make room for another connection."""
        self.transport.abort()

    def refuse(self, status: int, message: str) -> None:
        """Answer with a status, and read no more; only where no other answer is under way."""
        cycle: Any = self.cycle
        others = cycle is not None and not cycle.response_complete
        started = getattr(cycle, "response_started", True) or self.phase is not Phase.BODY
        if others:
            cycle.disconnected = True
            cycle.message_event.set()
        self._hold(0)
        self.phase, self._since = Phase.REFUSED, self.loop.time()
        if self.transport.is_closing() or self.pipeline or (others and started):
            self.transport.abort()
            return
        self._write_refusal(status, message)

    def _write_refusal(self, status: int, message: str) -> None:
        code = "BAD_REQUEST" if status < 500 else "OVERLOADED"
        told = {"errors": [{"message": message, "extensions": {"code": code}}]}
        body = json.dumps(told).encode()
        given = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        self.transport.write(
            b"HTTP/1.1 %d %b\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b"
            % (status, HTTPStatus(status).phrase.encode(), given, len(body), body)
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()
