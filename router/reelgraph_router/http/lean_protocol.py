"""A server protocol that answers usual GraphQL requests itself and leaves all others to uvicorn.

For a small answer, the ASGI messages and the task that a request costs in uvicorn are more than the
rest of its work. A quick request has neither: the answer is written by the callback that completes
it. Everything else, from a refused request to a WebSocket, goes uvicorn's way, from its first byte.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reelgraph_kit.server.protocol import GuardedProtocol, Phase
from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault
from reelgraph_router.http.endpoint import CONTENT_TYPES
from reelgraph_router.http.quick import PATH, QuickEndpoint
from reelgraph_router.http.repeated_head import RepeatedHead, repeated_head
from reelgraph_router.pipeline.respond import serialise_refusal
from reelgraph_router.pipeline.shared_runs import RunningRequest

_log = logging.getLogger("reelgraph.router.http")


class QuickCycle:
    """One quick request; to uvicorn it looks like one of its own cycles, to a run like a waiter."""

    __slots__ = ("disconnected", "keep_alive", "media", "message_event", "protocol", "response_complete", "running")  # fmt: skip

    def __init__(self, protocol: LeanProtocol, media: bytes, *, keep_alive: bool) -> None:
        self.protocol = protocol
        self.media = media
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
        self.running: RunningRequest | None = None
        self.message_event = self  # uvicorn sets it when the client is gone

    def set(self) -> None:
        """Stop answering a client that went away."""
        if not self.response_complete:
            self.response_complete = self.disconnected = True
            running, self.running = self.running, None
            if running is not None:
                running.drop()

    def done(self) -> bool:
        """Whether nobody waits any more, or the answer is written."""
        return self.response_complete

    def cancelled(self) -> bool:
        """Whether the client went away."""
        return self.disconnected

    def set_result(self, body: bytes) -> None:
        """Write the answer."""
        self.response_complete = True
        self.running = None
        self.protocol.answer(self, b"200 OK", body)

    def set_exception(self, error: BaseException) -> None:
        """Tell of a fault of the router."""
        _log.error("a request failed inside the router", exc_info=error)
        self.response_complete = True
        body = serialise_refusal([GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)])
        self.protocol.answer(self, b"500 Internal Server Error", body)


class LeanProtocol(GuardedProtocol):
    """The kit's protocol with a short way for usual requests.

    The application offers it as its attribute `quick`, a `QuickEndpoint` or None.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._quick: QuickEndpoint | None = None
        self._media: bytes | None = None
        self._by_name: dict[bytes, bytes] = {}
        self._body = b""
        self._further: bytearray | None = None
        self._fresh: bytes | None = None
        self._head: RepeatedHead | None = None
        self._given: list[tuple[bytes, bytes]] | None = None
        self._lines = b""
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Bytes came: a request with a known head, or something to parse."""
        head = self._head
        if head is not None and self.phase is Phase.IDLE and self._is_free():
            assert self._quick is not None
            body = head.body(data, self._quick.max_body_bytes)
            if body is not None:
                self._unset_keepalive_if_required()
                self._by_name = head.headers
                if self._begin_quickly(head.media, body, keep_alive=True):
                    return
        whole = self.phase in (Phase.IDLE, Phase.SILENT)
        self._fresh = None
        super().data_received(data)
        if whole and self._fresh is not None and self.phase is Phase.IDLE:
            self._head = repeated_head(data, self._by_name, self._fresh)

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """A request begins; uvicorn hears of it only where it is not a quick one."""
        self.guard_begin()
        self.url = b""
        self.headers = []
        self._media = None

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line, or one trailer."""
        if self.phase is Phase.BODY:
            self.guard_trailer(name, value)
        else:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Decide which way the request goes."""
        self.guard_headers()
        if self.url == PATH and self.parser.get_method() == b"POST" and self._is_free():
            self._quick = getattr(self.app, "quick", None)
            headers = self._by_name = dict(self.headers)
            if self._quick is not None and len(headers) == len(self.headers):
                self._media = self._quick.accepts(headers)
        if self._media is None:
            self._begin_in_full()

    def _is_free(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and self.limit_concurrency is None
            and not self.flow.write_paused  # a client that does not read waits on the long way
        )

    def _begin_in_full(self) -> None:
        """Start the request uvicorn's way."""
        url, headers = self.url, self.headers
        HttpToolsProtocol.on_message_begin(self)
        self.url = url
        for name, value in headers:
            HttpToolsProtocol.on_header(self, name, value)
        HttpToolsProtocol.on_headers_complete(self)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._media is None:
            super().on_body(body)
            return
        self._body_bytes += len(body)
        if not self._body:
            self._body = body
            return
        if self._further is None:  # one array: many small parts would take many times their size
            self._further = bytearray(self._body)
        self._further += body

    def on_message_complete(self) -> None:
        """The request is whole: answer it, or start it in full after all."""
        self.guard_end()
        media = self._media
        if media is None:
            HttpToolsProtocol.on_message_complete(self)
            return
        body = self._body if self._further is None else bytes(self._further)
        self._body, self._further, self._media = b"", None, None
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        if self._begin_quickly(media, body, keep_alive=keep_alive):
            self._fresh = media if keep_alive else None
            return
        self._begin_in_full()
        HttpToolsProtocol.on_body(self, body)
        HttpToolsProtocol.on_message_complete(self)

    def _begin_quickly(self, media: bytes, body: bytes, *, keep_alive: bool) -> bool:
        """Start to answer; False where the request must go uvicorn's way."""
        assert self._quick is not None
        before = self.cycle
        cycle: Any = QuickCycle(self, media, keep_alive=keep_alive)
        self.cycle = cycle
        peer = self.client[0] if self.client else None
        running = self._quick.begin(self._by_name, body, peer, cycle)
        if running is None:
            self.cycle = before
            return False
        if not cycle.response_complete:
            cycle.running = running
        return True

    # Answering

    def answer(self, cycle: QuickCycle, status: bytes, body: bytes) -> None:
        """Write an answer; requests that came meanwhile are started as after any other."""
        transport = self.transport
        if transport.is_closing():
            return
        given = self.server_state.default_headers
        if given is not self._given:  # uvicorn makes them anew each second, for the date
            self._given = given
            self._lines = b"".join([b"%b: %b\r\n" % pair for pair in given])
        name, value = CONTENT_TYPES[cycle.media]
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        head = b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n%b: %b\r\n%b" % (
            status, self._lines, len(body), name, value, end,
        )  # fmt: skip
        transport.writelines((head, body))
        if not cycle.keep_alive:
            transport.close()
        if self.pipeline:
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._close_if_idle)

    def _close_if_idle(self) -> None:
        """Close a connection kept alive for too long without a request; one timer serves many."""
        self._idle_timer = None
        if self.transport.is_closing():
            return
        rest = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if self.phase is not Phase.IDLE or not self._is_free():
            rest = self.timeout_keep_alive
        if rest > 0:
            self._idle_timer = self.loop.call_later(rest, self._close_if_idle)
        else:
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """The connection becomes another protocol's."""
        self._stop_timer()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: whatever is under way for it is dropped."""
        self._stop_timer()
        super().connection_lost(exc)

    def _stop_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
