"""One HTTP/1.1 client connection, and one request on its way over it."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

import httptools

from reelgraph_router.transport.compressed import GZIP_START, decompressed
from reelgraph_router.transport.pool_limits import PoolLimits
from reelgraph_router.transport.port import (
    Deliver,
    FaultKind,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)

CRLF = b"\r\n"
MAX_HEAD_BYTES = 1024 * 1024
"""More bytes before an answer's body than this are no head."""


class Owner(Protocol):
    """What a connection and an exchange need of their pool."""

    head: bytes
    limits: PoolLimits

    def release(self, connection: Connection) -> None:
        """Take back an idle connection."""

    def lost(self, connection: Connection) -> None:
        """Forget a closed connection."""

    def retry(self, exchange: Exchange) -> None:
        """Send again on another connection."""

    def finished(self, exchange: Exchange) -> None:
        """Forget an exchange that has its outcome."""


class Exchange:
    """A request and the one outcome it will have."""

    __slots__ = ("connection", "deadline", "deliver", "done", "pool", "request", "retried")

    def __init__(
        self, pool: Owner, request: SubgraphRequest, deliver: Deliver, deadline: float
    ) -> None:
        self.pool = pool
        self.request = request
        self.deliver = deliver
        self.deadline = deadline
        self.connection: Connection | None = None
        self.done = False
        self.retried = False

    def finish(self, outcome: Outcome) -> None:
        """Deliver the outcome, unless one was delivered or the call cancelled."""
        if not self.done:
            self.done = True
            self.pool.finished(self)
            self.deliver(outcome)

    def expire(self) -> None:
        """Give up because the time is over."""
        self._abandon()
        self.finish(
            TransportFault(FaultKind.TIMEOUT, f"no answer within {self.request.timeout:g} s")
        )

    def cancel(self) -> None:
        """Give up because nobody waits for the answer."""
        if not self.done:
            self.done = True
            self.pool.finished(self)
            self._abandon()

    def _abandon(self) -> None:
        connection = self.connection
        if connection is not None:
            self.connection = None
            connection.abandon()


class Connection(asyncio.Protocol):
    """One keep-alive connection; carries one exchange at a time."""

    __slots__ = (
        "_exchange",
        "_head_bytes",
        "_headers",
        "_parser",
        "_parts",
        "_pool",
        "_received",
        "_size",
        "_transport",
        "_used",
        "idle_since",
    )

    def __init__(self, pool: Owner) -> None:
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._exchange: Exchange | None = None
        self._transport: asyncio.Transport | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._head_bytes = 0
        self._received = False
        self._used = False
        self.idle_since = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        # uvloop's transports are no subclass of asyncio.Transport, though they are alike.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Feed what arrived to the parser."""
        if self._exchange is None:
            self.close()  # bytes nobody asked for: the connection is out of step
            return
        self._received = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(FaultKind.PROTOCOL, f"{type(error).__name__}: {error}")
            return
        if not self._parts:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._fail(FaultKind.TOO_LARGE, f"a head of more than {MAX_HEAD_BYTES} bytes")

    def connection_lost(self, exc: Exception | None) -> None:
        """End the exchange under way: with its answer, another try, or a fault."""
        self._pool.lost(self)
        exchange = self._exchange
        if exchange is None:
            return
        self._exchange = None
        exchange.connection = None
        if self._reads_until_close() and exc is None:
            status = self._parser.get_status_code()
            answer = SubgraphAnswer(status, self._headers, b"".join(self._parts))
            exchange.finish(self._readable(answer))
        elif not self._received and self._used and self._may_retry(exchange):
            exchange.retried = True
            self._pool.retry(exchange)
        else:
            detail = str(exc) if exc else "end of stream"
            exchange.finish(TransportFault(FaultKind.DISCONNECTED, detail))

    def _may_retry(self, exchange: Exchange) -> bool:
        return exchange.request.repeatable and not exchange.retried and not exchange.done

    def _reads_until_close(self) -> bool:
        """Whether the end of the connection is the end of the body (RFC 9112, 6.3, rule 8)."""
        if not self._headers:
            return False
        names = {name.lower() for name, _ in self._headers}
        return b"content-length" not in names and b"transfer-encoding" not in names

    # httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line of the answer."""
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._size += len(body)
        if self._size > self._pool.limits.answer_bytes:
            self._fail(FaultKind.TOO_LARGE, f"more than {self._pool.limits.answer_bytes} bytes")
            return
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole: free the connection, then deliver."""
        exchange = self._exchange
        if exchange is None:
            return
        status = self._parser.get_status_code()
        if status < 200:  # interim answer; the final one follows
            self._reset()
            return
        parts = self._parts
        answer = SubgraphAnswer(
            status, self._headers, parts[0] if len(parts) == 1 else b"".join(parts)
        )
        self._exchange = None
        exchange.connection = None
        if self._parser.should_keep_alive():
            self._used = True
            self._pool.release(self)
        else:
            self.close()
        exchange.finish(self._readable(answer))

    def _readable(self, answer: SubgraphAnswer) -> Outcome:
        if answer.body.startswith(GZIP_START):
            return decompressed(answer, self._pool.limits.answer_bytes)
        return answer

    # the pool's side

    def start(self, exchange: Exchange) -> None:
        """Write a request; the connection must be idle."""
        self._exchange = exchange
        exchange.connection = self
        self._received = False
        self._reset()
        request = exchange.request
        body = request.body
        assert self._transport is not None
        self._transport.write(
            b"%bcontent-length: %d\r\n%b\r\n%b"
            % (self._pool.head, len(body), request.headers, body)
        )

    def _reset(self) -> None:
        self._headers = []
        self._parts = []
        self._size = 0
        self._head_bytes = 0

    def _fail(self, kind: FaultKind, detail: str) -> None:
        exchange = self._exchange
        self.abandon()
        if exchange is not None:
            exchange.connection = None
            exchange.finish(TransportFault(kind, detail))

    def abandon(self) -> None:
        """Drop the exchange under way and the connection with it."""
        self._exchange = None
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close the connection in order."""
        if self._transport is not None:
            self._transport.close()
