"""The HTTP pool against real sockets."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from reelgraph_router.transport.http import (
    HttpTransport,
    InvalidSubgraphUrl,
    PoolLimits,
    PoolSet,
)
from reelgraph_router.transport.port import (
    FaultKind,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[bool]]


def request(body: bytes = b"{}", timeout: float = 2.0, repeatable: bool = True) -> SubgraphRequest:
    return SubgraphRequest("s", body, b"x-test: yes\r\n", timeout, repeatable)


async def ask(transport: HttpTransport, message: SubgraphRequest) -> Outcome:
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    transport.send(message, future.set_result)
    return await future


def answering(*parts: bytes, keep: bool = True, pause: bool = False) -> Behaviour:
    async def behave(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes
    ) -> bool:
        for part in parts:
            writer.write(part)
            await writer.drain()
            if pause:
                await asyncio.sleep(0)
        return keep

    return behave


PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


def gzipped(*parts: bytes, cut: int = 0) -> bytes:
    body = b"".join(gzip.compress(part) for part in parts)
    body = body[: len(body) - cut]
    return (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\ncontent-length: %d\r\n\r\n%b"
        % (len(body), body)
    )  # fmt: skip


ANSWERS = {
    "content length": ([PLAIN], 200, b"hi"),
    "in pieces": ([PLAIN[i : i + 1] for i in range(len(PLAIN))], 200, b"hi"),
    "chunked": (
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nh\r\n",
            b"1\r\ni\r\n0\r\n\r\n",
        ],
        200,
        b"hi",
    ),
    "interim answer first": ([b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", PLAIN], 200, b"hi"),
    "interim answers first": (
        [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + PLAIN],
        200,
        b"hi",
    ),
    "chunked with trailers": (
        [
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n",
            b"2;ext=1\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n",
        ],
        200,
        b"hi",
    ),
    "gzip": ([gzipped(b"hi")], 200, b"hi"),
    "gzip in two members": ([gzipped(b"h", b"i")], 200, b"hi"),
    "bytes like gzip that are not said to be": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n\x1f\x8b"],
        200,
        b"\x1f\x8b",
    ),
    "a redirect": (
        [b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n"],
        302,
        b"",
    ),
    "another status": ([b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"], 503, b""),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_reads_answers(name, start_raw_server):
    parts, status, body = ANSWERS[name]
    server = await start_raw_server(answering(*parts))
    transport = HttpTransport({"s": server.url})
    for _ in range(2):
        answer = await ask(transport, request(b'{"a":1}'))
        assert isinstance(answer, SubgraphAnswer)
        assert (answer.status, answer.body) == (status, body)
    await transport.close()
    assert server.connections == 1
    assert server.bodies == [b'{"a":1}'] * 2
    assert b"x-test: yes\r\n" in server.heads[0]
    assert server.heads[0].startswith(b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:")


@pytest.mark.parametrize(
    "written",
    [
        b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nx: y\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0),
    ],
)
async def test_answers_that_end_with_their_connection(written, start_raw_server):
    server = await start_raw_server(answering(written, keep=False))
    transport = HttpTransport({"s": server.url})
    for number in (1, 2):
        answer = await ask(transport, request())
        assert isinstance(answer, SubgraphAnswer)
        assert answer.body == b"hello"
        assert server.connections == number
    await transport.close()


FAULTS: dict[str, tuple[list[bytes], bool, FaultKind]] = {
    "no HTTP": ([b"hello there, this is no HTTP\r\n\r\n"], True, FaultKind.PROTOCOL),
    "closes at once": ([], False, FaultKind.DISCONNECTED),
    "breaks off": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi"], False, FaultKind.DISCONNECTED,
    ),
    "never answers": ([], True, FaultKind.TIMEOUT),
    "stops in the middle": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi"], True, FaultKind.TIMEOUT,
    ),
    "too large": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n" + b"x" * 99], True, FaultKind.TOO_LARGE,
    ),
    "breaks off in the head": (
        [b"HTTP/1.1 200 OK\r\ncontent-le"], False, FaultKind.DISCONNECTED,
    ),
    "breaks off in a chunk": (
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhi"], False,
        FaultKind.DISCONNECTED,
    ),
    "a head without an end": (
        [b"HTTP/1.1 200 OK\r\n" + b"x: %b\r\n" % (b"y" * 60_000) * 30], True,
        FaultKind.TOO_LARGE,
    ),
    "broken gzip": (
        [gzipped(b"hi").replace(b"\x1f\x8b\x08\x00", b"\x1f\x8b\x09\x00")], True,
        FaultKind.PROTOCOL,
    ),
    "gzip that ends too soon": ([gzipped(b"hello", cut=6)], True, FaultKind.PROTOCOL),
    "gzip that holds too much": ([gzipped(b"x" * 100_000)], True, FaultKind.TOO_LARGE),
    "gzip whose members hold too much": (
        [gzipped(b"x" * 150, b"x" * 150)], True, FaultKind.TOO_LARGE,
    ),
    "too large in chunks": (
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"40\r\n" + b"x" * 64 + b"\r\n"],
        True,
        FaultKind.TOO_LARGE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_tells_faults(name, start_raw_server):
    parts, keep, kind = FAULTS[name]
    server = await start_raw_server(answering(*parts, keep=keep))
    most = 200 if "holds" in name else 50
    transport = HttpTransport({"s": server.url}, PoolSet(PoolLimits(answer_bytes=most)))
    # Only what never ends needs a short time; the rest must not lose to a busy machine.
    seconds = 0.2 if kind is FaultKind.TIMEOUT else 20.0
    outcome = await ask(transport, request(timeout=seconds, repeatable=False))
    assert isinstance(outcome, TransportFault)
    assert outcome.kind is kind
    await transport.close()


async def test_a_fault_does_not_spoil_the_next_request(start_raw_server):
    async def behave(reader, writer, body):
        writer.write(b"garbage\r\n\r\n" if body == b"1" else PLAIN)
        return True

    server = await start_raw_server(behave)
    transport = HttpTransport({"s": server.url})
    assert isinstance(await ask(transport, request(b"1")), TransportFault)
    assert isinstance(await ask(transport, request(b"2")), SubgraphAnswer)
    await transport.close()


async def test_nobody_listens():
    probe = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    transport = HttpTransport({"s": f"http://127.0.0.1:{port}/"})
    outcomes = await asyncio.gather(*(ask(transport, request()) for _ in range(5)))
    kinds = {outcome.kind for outcome in outcomes if isinstance(outcome, TransportFault)}
    assert kinds == {FaultKind.UNREACHABLE}
    await transport.close()


async def test_stale_connection_is_retried_only_when_harmless(start_raw_server):
    first_bodies: list[bytes] = []

    async def behave(reader, writer, body):
        if body == b"stale" and len(first_bodies) == 0:
            first_bodies.append(body)
            return False  # as a server does that closes an idle connection just now
        writer.write(PLAIN)
        return True

    for repeatable, expected in ((True, SubgraphAnswer), (False, TransportFault)):
        first_bodies.clear()
        server = await start_raw_server(behave)
        transport = HttpTransport({"s": server.url})
        await ask(transport, request(b"warm"))
        outcome = await ask(transport, request(b"stale", repeatable=repeatable))
        assert isinstance(outcome, expected)
        await transport.close()


async def test_a_retry_takes_a_new_connection(start_raw_server):
    """A subgraph that was started anew has closed all connections that were kept."""
    asked: list[bytes] = []

    async def behave(reader, writer, body):
        asked.append(body)
        if body.startswith(b"warm"):
            await together.wait()
            writer.write(PLAIN)
            return True
        if server.connections == 3:
            return False  # all that were kept alive before
        writer.write(PLAIN)
        return True

    together = asyncio.Barrier(3)
    server = await start_raw_server(behave)
    transport = HttpTransport({"s": server.url})
    warm = [asyncio.ensure_future(ask(transport, request(b"warm"))) for _ in range(3)]
    await asyncio.gather(*warm)
    assert isinstance(await ask(transport, request(b"again")), SubgraphAnswer)
    assert asked[3:] == [b"again", b"again"]
    assert server.connections == 4
    await transport.close()


async def test_connections_are_bounded_and_shared(start_raw_server):
    gate = asyncio.Event()

    async def behave(reader, writer, body):
        await gate.wait()
        writer.write(PLAIN)
        return True

    server = await start_raw_server(behave)
    transport = HttpTransport({"s": server.url}, PoolSet(PoolLimits(connections=3, waiting=4)))
    asked = [asyncio.ensure_future(ask(transport, request())) for _ in range(9)]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    gate.set()
    outcomes = await asyncio.gather(*asked)
    assert server.connections == 3
    overloaded = [o for o in outcomes if isinstance(o, TransportFault)]
    assert {o.kind for o in overloaded} == {FaultKind.OVERLOADED}
    assert len(outcomes) - len(overloaded) >= 4
    await transport.close()


async def test_cancel_closes_the_connection_and_delivers_nothing(start_raw_server):
    arrived = asyncio.Event()

    async def behave(reader, writer, body):
        arrived.set()
        await reader.read()  # until the client hangs up
        return False

    server = await start_raw_server(behave)
    transport = HttpTransport({"s": server.url})
    delivered: list[Outcome] = []
    call = transport.send(request(timeout=30), delivered.append)
    await arrived.wait()
    call.cancel()
    await asyncio.wait_for(server.closed.wait(), 60)
    assert delivered == []
    await transport.close()


async def test_idle_connections_close_after_a_while(start_raw_server):
    server = await start_raw_server(answering(PLAIN))
    transport = HttpTransport({"s": server.url}, PoolSet(PoolLimits(keep_alive=0.05)))
    await ask(transport, request())
    await asyncio.wait_for(server.closed.wait(), 60)
    await transport.close()


async def test_pools_live_as_long_as_somebody_uses_them(start_raw_server):
    server = await start_raw_server(answering(PLAIN))
    pools = PoolSet()
    old = HttpTransport({"s": server.url}, pools)
    new = HttpTransport({"s": server.url}, pools)
    await ask(old, request())
    await old.close()
    await ask(new, request())
    assert server.connections == 1
    await new.close()
    await asyncio.wait_for(server.closed.wait(), 60)


@pytest.mark.parametrize("url", ["ftp://x/", "catalog:4001", "http://", "http://host:port/"])
async def test_refuses_addresses_it_cannot_call(url):
    with pytest.raises(InvalidSubgraphUrl, match='subgraph "s"'):
        HttpTransport({"s": url})


def test_on_uvloop():
    """The router's own loop, whose transports are no asyncio.Transport."""

    async def main() -> tuple[Outcome, Outcome]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"{}")
            writer.write(PLAIN)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = HttpTransport({"s": f"http://127.0.0.1:{port}/", "t": "http://127.0.0.1:9/"})
        answered = await ask(transport, request())
        unreachable = SubgraphRequest("t", b"{}", b"", 2.0, True)
        failed = await ask(transport, unreachable)
        await transport.close()
        server.close()
        return answered, failed

    answered, failed = uvloop.run(main())
    assert isinstance(answered, SubgraphAnswer)
    assert answered.body == b"hi"
    assert isinstance(failed, TransportFault)
    assert failed.kind is FaultKind.UNREACHABLE
