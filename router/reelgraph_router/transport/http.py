"""HTTP/1.1 to subgraphs: a lean keep-alive pool over asyncio.

A general HTTP client costs up to twenty times the CPU of this one for small answers (see
`benchmarks/router`), which is why the hot path has its own. It knows just what a GraphQL POST
needs: keep-alive, chunked and plain bodies, TLS, time limits, a size limit, a bounded queue.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from reelgraph_router.transport.http_connection import Connection, Exchange
from reelgraph_router.transport.pool_limits import PoolLimits
from reelgraph_router.transport.port import (
    Call,
    Deliver,
    FaultKind,
    StreamFault,
    SubgraphRequest,
    TransportFault,
)
from reelgraph_router.transport.stream_client import StreamClient
from reelgraph_router.transport.stream_place import kept_going
from reelgraph_router.transport.streams import PROTOCOLS, check_protocols

SWEEP_SECONDS = 0.05
"""How often running requests are checked against their deadlines."""


class InvalidSubgraphUrl(ValueError):
    """A subgraph's URL is not one that the router can call."""


def split_subgraph_url(subgraph: str, url: str) -> SplitResult:
    """Split `url`, or raise InvalidSubgraphUrl naming the subgraph and the remedy."""
    # A password is shown to nobody; the exception's own text may hold one, too.
    shown = "URL" if "@" in url else f'URL "{url}"'
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading the port validates it
    except ValueError:
        raise InvalidSubgraphUrl(
            f'{shown} of subgraph "{subgraph}": its host or port cannot be read'
        ) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidSubgraphUrl(
            f'{shown} of subgraph "{subgraph}" cannot be called: '
            "give it a URL of the form http://host:port/path."
        )
    return parts


class Pool:
    """The connections to one subgraph."""

    def __init__(self, subgraph: str, url: str, limits: PoolLimits, streams: StreamClient) -> None:
        parts = split_subgraph_url(subgraph, url)
        secure = parts.scheme == "https"
        self.url = url
        self.limits = limits
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if secure else 80)
        self._ssl = streams.tls if secure else None
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        self.head = (
            f"POST {target} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
            "accept: application/graphql-response+json, application/json;q=0.9\r\n"
            "accept-encoding: identity\r\n"
        ).encode("latin-1")
        self._loop = asyncio.get_running_loop()
        self._idle: list[Connection] = []
        self._connections: set[Connection] = set()
        self._running: set[Exchange] = set()
        self._waiting: deque[Exchange] = deque()
        self._connecting: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Exchange:
        """Send on an idle connection, or wait for one; open another where the limit allows."""
        exchange = Exchange(self, request, deliver, self._loop.time() + request.timeout)
        self._running.add(exchange)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)
        self._dispatch(exchange)
        return exchange

    def _dispatch(self, exchange: Exchange) -> None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_quiet():
                connection.start(exchange)
                return
            connection.abandon()
        if self._closed:
            self._fail_soon(exchange, FaultKind.UNREACHABLE, "the pool is closed")
        elif len(self._waiting) >= self.limits.waiting:
            self._fail_soon(exchange, FaultKind.OVERLOADED, f"{self.limits.waiting} wait already")
        else:
            self._waiting.append(exchange)
            self._open_if_needed()

    def _fail_soon(self, exchange: Exchange, kind: FaultKind, detail: str) -> None:
        self._loop.call_soon(exchange.finish, TransportFault(kind, detail))

    def _open_if_needed(self) -> None:
        open_or_opening = len(self._connections) + len(self._connecting)
        if len(self._connecting) < len(self._waiting) and (
            open_or_opening < self.limits.connections
        ):
            task = self._loop.create_task(self._connect())
            self._connecting.add(task)

    async def _connect(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            async with asyncio.timeout(self.limits.connect_timeout):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self), self._host, self._port, ssl=self._ssl
                )
        except TimeoutError:
            self._connecting.discard(task)
            self._fail_waiting(f"no connection within {self.limits.connect_timeout} s")
        except OSError as error:  # ssl.SSLError is one, too
            self._connecting.discard(task)
            self._fail_waiting(f"{type(error).__name__}: {error}")
        except asyncio.CancelledError:
            self._connecting.discard(task)
            raise
        else:
            self._connecting.discard(task)
            self._connections.add(connection)
            self.release(connection)

    def _fail_waiting(self, detail: str) -> None:
        """Fail one waiting request; the others' own attempts decide about them."""
        while self._waiting:
            exchange = self._waiting.popleft()
            if not exchange.done:
                exchange.finish(TransportFault(FaultKind.UNREACHABLE, detail))
                break
        if self._waiting:
            self._open_if_needed()

    def release(self, connection: Connection) -> None:
        """Take back a connection that can carry another request."""
        if self._closed:
            connection.close()
            return
        if self._waiting and not connection.is_quiet():
            connection.abandon()  # those who wait get another one once it is lost
            return
        while self._waiting:
            exchange = self._waiting.popleft()
            if not exchange.done:
                connection.start(exchange)
                return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def lost(self, connection: Connection) -> None:
        """Forget a closed connection."""
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if self._waiting and not self._closed:
            self._open_if_needed()

    def retry(self, exchange: Exchange) -> None:
        """Send again after a kept-alive connection turned out to be stale.

        Those that are idle were kept as long, so they are let go: a new one is not stale.
        """
        while self._idle:
            self._idle.pop().close()
        self._dispatch(exchange)

    def finished(self, exchange: Exchange) -> None:
        """Forget an exchange that has its outcome."""
        self._running.discard(exchange)

    def _sweep(self) -> None:
        now = self._loop.time()
        for exchange in [e for e in self._running if e.deadline <= now]:
            exchange.expire()
        while self._idle and now - self._idle[0].idle_since > self.limits.keep_alive:
            self._idle.pop(0).close()
        self._waiting = deque(e for e in self._waiting if not e.done)
        busy = self._running or self._idle
        self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep) if busy else None

    async def close(self) -> None:
        """Fail what waits and close every connection."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for task in list(self._connecting):
            task.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        for exchange in list(self._running):
            exchange.finish(TransportFault(FaultKind.UNREACHABLE, "the router is shutting down"))
        for connection in list(self._connections):
            connection.close()


class PoolSet:
    """All pools of the process, by address; supergraphs that share an address share its pool."""

    def __init__(
        self, limits: PoolLimits | None = None, *, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._limits = limits or PoolLimits()
        self.streams = StreamClient(ssl_context)
        self._pools: dict[str, Pool] = {}
        self._users: Counter[str] = Counter()

    def acquire(self, subgraph: str, url: str) -> Pool:
        """The pool of an address, made when missing; raises InvalidSubgraphUrl."""
        pool = self._pools.get(url)
        if pool is None:
            pool = self._pools[url] = Pool(subgraph, url, self._limits, self.streams)
        self._users[url] += 1
        return pool

    async def release(self, pool: Pool) -> None:
        """Close the pool when nobody uses it any more."""
        self._users[pool.url] -= 1
        if self._users[pool.url] <= 0:
            del self._users[pool.url], self._pools[pool.url]
            await pool.close()
        if not self._pools:
            await self.streams.close()


class HttpTransport:
    """The addresses of one supergraph's subgraphs.

    Raises InvalidSubgraphUrl when made with an address that cannot be called.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        pools: PoolSet | None = None,
        subscription_protocols: Mapping[str, str] | None = None,
    ) -> None:
        self._set = pools or PoolSet()
        self._urls = dict(urls)
        self._protocols = dict(subscription_protocols or {})
        check_protocols(self._protocols)
        for name, url in urls.items():
            split_subgraph_url(name, url)
        self._pools = {name: self._set.acquire(name, url) for name, url in urls.items()}

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Call:
        """Start a request; see the port."""
        pool = self._pools.get(request.subgraph)
        if pool is None:
            return _fail_later(deliver, f'no address for subgraph "{request.subgraph}"')
        return pool.send(request, deliver)

    def subscribe(self, request: SubgraphRequest) -> AsyncIterator[dict[str, object]]:
        """Start a subscription; see the port."""
        name = request.subgraph
        if name not in self._urls:
            raise StreamFault(FaultKind.UNREACHABLE, f'no address for subgraph "{name}"')
        stream = PROTOCOLS[self._protocols.get(name, "ws")]
        url, client = self._urls[name], self._set.streams
        return kept_going(lambda place: stream(url, request, client, place))

    async def close(self) -> None:
        """Give back the pools; call it when no request is under way any more."""
        pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            await self._set.release(pool)


class _Failed:
    """A call that never left."""

    def __init__(self, handle: asyncio.Handle) -> None:
        self._handle = handle

    def cancel(self) -> None:
        self._handle.cancel()


def _fail_later(deliver: Callable[[TransportFault], None], detail: str) -> _Failed:
    fault = TransportFault(FaultKind.UNREACHABLE, detail)
    return _Failed(asyncio.get_running_loop().call_soon(deliver, fault))
