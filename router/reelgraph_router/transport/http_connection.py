"""One HTTP/1.1 client connection, and one request on its way over it."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import Protocol, cast

from reelgraph_router.transport.answer_head import AnswerFault
from reelgraph_router.transport.answer_reader import AnswerReader
from reelgraph_router.transport.compressed import GZIP_START, Decompression, is_compressed
from reelgraph_router.transport.pool_limits import PoolLimits
from reelgraph_router.transport.port import (
    Deliver,
    FaultKind,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)


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
    """One keep-alive connection; carries one exchange at a time.

    It goes back to its pool only where the answer's end was the end of what came, the request was
    written in full, and nothing came while nothing was asked: else the next caller could be given bytes that
    are not its own.
    """

    __slots__ = (
        "_exchange", "_look", "_pool", "_reader", "_received", "_transport", "_used", "idle_since",
    )  # fmt: skip

    def __init__(self, pool: Owner) -> None:
        self._pool = pool
        self._reader = AnswerReader(pool.limits.answer_bytes)
        self._exchange: Exchange | None = None
        self._transport: asyncio.Transport | None = None
        self._received = False
        self._used = False
        self._look: Callable[[int], list[tuple[int, int]]] | None = None
        self.idle_since = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        # uvloop's transports are no subclass of asyncio.Transport, though they are alike.
        self._transport = cast(asyncio.Transport, transport)
        if transport.get_extra_info("ssl_object") is None and hasattr(select, "poll"):
            poll = select.poll()
            poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
            self._look = poll.poll

    def data_received(self, data: bytes) -> None:
        """Take what arrived for the exchange under way."""
        exchange = self._exchange
        if exchange is None:
            self.abandon()  # bytes nobody asked for: the connection is out of step
            return
        self._received = True
        try:
            answer = self._reader.feed(data)
        except AnswerFault as fault:
            self._fail(fault.kind, fault.detail)
            return
        if answer is not None:
            self._complete(exchange, answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the exchange under way: with its answer, another try, or a fault."""
        self._pool.lost(self)
        exchange = self._exchange
        if exchange is None:
            return
        self._exchange = None
        exchange.connection = None
        answer = self._reader.finish() if exc is None else None
        if answer is not None:
            self._deliver(exchange, answer)
        elif not self._received and self._used and self._may_retry(exchange):
            exchange.retried = True
            self._pool.retry(exchange)
        else:
            detail = str(exc) if exc else "end of stream"
            exchange.finish(TransportFault(FaultKind.DISCONNECTED, detail))

    def _may_retry(self, exchange: Exchange) -> bool:
        return exchange.request.repeatable and not exchange.retried and not exchange.done

    def _complete(self, exchange: Exchange, answer: SubgraphAnswer) -> None:
        """The answer is whole: free the connection, then deliver."""
        self._exchange = None
        exchange.connection = None
        assert self._transport is not None
        if self._reader.keeps and not self._transport.get_write_buffer_size():
            self._used = True
            self._pool.release(self)
        else:
            self.close()
        if answer.body.startswith(GZIP_START):
            self._deliver(exchange, answer)
        else:
            exchange.finish(answer)

    def _deliver(self, exchange: Exchange, answer: SubgraphAnswer) -> None:
        if is_compressed(answer):
            Decompression(answer, self._pool.limits.answer_bytes, exchange.finish).start()
        else:
            exchange.finish(answer)

    # the pool's side

    def is_quiet(self) -> bool:
        """Whether nothing has come that was not read yet: the end, or bytes that nobody asked for.

        Under TLS that cannot be told: what came may be no bytes of an answer.
        """
        return self._look is None or not self._look(0)

    def start(self, exchange: Exchange) -> None:
        """Write a request; the connection must be idle."""
        self._exchange = exchange
        exchange.connection = self
        self._received = False
        self._reader.begin()
        request = exchange.request
        body = request.body
        assert self._transport is not None
        self._transport.write(
            b"%bcontent-length: %d\r\n%b\r\n%b"
            % (self._pool.head, len(body), request.headers, body)
        )

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
