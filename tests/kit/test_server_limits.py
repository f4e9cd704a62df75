"""What a client may make a server hold, over real sockets: every service is served so."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn

from reelgraph_kit.process import http_within, listen, websocket_within
from reelgraph_kit.server.limits import HttpLimits

GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
BIG = b"x" * 20_000


async def app(scope, receive, send):
    """Answers with the size of the body and the number of headers; `/big` with a large answer."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": "x" * 50_000})
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    said = b"y" * 2_000_000 if scope["path"] == "/big" else b"%d %d" % (size, len(scope["headers"]))
    headers = [(b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


@asynccontextmanager
async def serving(**limits):
    """The port of a server with these limits, and its connections."""
    given = HttpLimits(**{"head_bytes": 4_096, "headers": 20, **limits})
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=http_within(given), ws=websocket_within(given), lifespan="off", log_config=None,
        timeout_keep_alive=given.keep_alive_seconds,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.ensure_future(server._serve(sockets=[listener]))
    try:
        _, closing = await asyncio.open_connection(*listener.getsockname())
        closing.close()
        yield listener.getsockname()[1], server.server_state
        await ended(server.server_state)
    finally:
        server.should_exit = True
        await task
        listener.close()


async def ended(state, watch=lambda one: None) -> None:
    """Wait until a server has no connection; nothing announces it."""
    while state.connections:
        for one in state.connections:
            watch(one)
        await asyncio.sleep(0.01)


async def told(port: int, *pieces: bytes) -> bytes:
    """All that a server writes until it closes; a client that is cut off has nothing more to send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    try:
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


ATTACKS = {
    # name: (what is sent, the status)
    "a head that is too large": ([GET + b"x: " + BIG + b"\r\n\r\n"], 431),
    "a head without end": ([GET, *[b"x: " + b"y" * 900 + b"\r\n"] * 200], 431),
    "a header without end": ([GET + b"x: ", *[b"y" * 1_000] * 200], 431),
    "a header's name without end": ([GET, *[b"y" * 1_000] * 200], 431),
    "a target without end": ([b"GET /", *[b"y" * 1_000] * 200], 431),
    "a target that is too large": ([b"GET /" + BIG + b" HTTP/1.1\r\nhost: x\r\n\r\n"], 431),
    "too many headers": ([GET + b"x: y\r\n" * 30 + b"\r\n"], 431),
    "trailers that are too large": ([CHUNKED + b"0\r\nx: " + BIG + b"\r\n\r\n"], 431),
    "trailers without end": ([CHUNKED + b"0\r\n", *[b"x: " + b"y" * 900 + b"\r\n"] * 200], 431),
    "a trailer without end": ([CHUNKED + b"0\r\nx: ", *[b"y" * 1_000] * 200], 431),
    "trailers after a body": ([CHUNKED + b"1\r\nx\r\n0\r\n", *[b"x: " + b"y" * 900 + b"\r\n"] * 200], 431),
    "an extension without end": ([CHUNKED + b"1;", *[b"y" * 1_000] * 200], 431),
    "half a head": ([GET], 408),
    "half a line": ([b"GET / HT"], 408),
    "half a body": ([POST + b"content-length: 10\r\n\r\nhalf"], 408),
    "half a chunked body": ([CHUNKED + b"4\r\nhalf\r\n"], 408),
    "a body that has not begun": ([POST + b"content-length: 10\r\n\r\n"], 408),
    "no HTTP": ([b"hello\r\n\r\n"], 400),
    "more held in all than allowed": ([POST + b"content-length: 100000\r\n\r\n" + BIG * 4], 503),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
async def test_refuses(name):
    pieces, status = ATTACKS[name]
    seconds = 0.2 if status == 408 else 30.0
    limits = {"head_seconds": seconds, "body_seconds": seconds, "unfinished_bytes": 50_000}
    async with serving(**limits) as (port, state):
        answer = await told(port, *pieces)
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:80]
        assert b"\r\nconnection: close\r\n" in answer
        good = await told(port, GET + b"connection: close\r\n\r\n")
        assert good.endswith(b"\r\n\r\n0 2")
        assert not state.reelgraph_guard._unfinished


async def test_many_requests_in_one_read_are_no_large_head():
    async with serving() as (port, _):
        last = GET + b"connection: close\r\n\r\n"
        answer = await told(port, (GET + b"\r\n") * 500 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 501


async def test_trailers_are_no_headers():
    async with serving() as (port, _):
        last = GET + b"connection: close\r\n\r\n"
        answer = await told(port, CHUNKED + b"2\r\nhi\r\n0\r\nx: y\r\nz: z\r\n\r\n" + last)
    assert b"\r\n\r\n2 2HTTP/1.1 200" in answer


async def test_a_slow_body_has_its_time_as_long_as_it_comes():
    async with serving(body_seconds=0.05) as (port, _):
        head = POST + b"connection: close\r\ncontent-length: 100000\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"x" * 80_000)
        await asyncio.wait_for(asyncio.shield(asyncio.sleep(0.3)), 5)
        writer.write(b"x" * 20_000)
        assert (await reader.read()).endswith(b"100000 3")
        writer.close()


SILENT = {"from the start": b"", "after empty lines": b"\r\n\r\n", "after an answer": GET + b"\r\n"}


@pytest.mark.parametrize("name", SILENT)
async def test_silent_connections_end(name):
    async with serving(head_seconds=0.1, keep_alive_seconds=0.1) as (port, state):
        answer = await told(port, SILENT[name])
        assert answer.count(b"HTTP/1.1") == (1 if name == "after an answer" else 0)
        assert not state.connections


async def test_empty_lines_between_requests_do_not_keep_a_connection():
    async with serving(keep_alive_seconds=0.2) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET + b"\r\n")
        await reader.readuntil(b"0 1")
        writer.write(b"\r\n")
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


async def test_a_client_that_never_reads_is_cut_off():
    async with serving(write_seconds=0.2) as (port, state):
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
        writer.write(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n" * 20)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(30):
            await ended(state)
        writer.close()


async def test_waiting_connections_make_room():
    async with serving(connections=10) as (port, state):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        assert (await told(port, GET + b"connection: close\r\n\r\n")).endswith(b"0 2")
        assert len(state.connections) <= 11
        for _, writer in silent:
            writer.close()


async def test_busy_connections_are_not_given_up():
    async with serving(connections=2) as (port, _):
        busy = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                POST + b"expect: 100-continue\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            busy.append((reader, writer))
        assert (await told(port)).startswith(b"HTTP/1.1 503 ")
        for reader, writer in busy:
            writer.write(b"hi")
            assert (await reader.read()).endswith(b"2 4")
            writer.close()


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
MESSAGE, PING = b"\x81\x81\0\0\0\0x", b"\x89\xfd\0\0\0\0" + b"p" * 125


def held_by(connection) -> int:
    waiting = getattr(connection, "_waiting", b"")
    return len(waiting) + connection.transport.get_write_buffer_size()


@pytest.mark.parametrize("frame", [MESSAGE, PING], ids=["messages", "pings"])
async def test_a_websocket_that_never_reads_is_read_no_more_and_cut_off(frame):
    async with serving(write_seconds=0.3) as (port, state):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        sizes = []

        async def flood():
            while True:
                writer.write(frame * 1_000)
                await writer.drain()

        flooding = asyncio.ensure_future(flood())
        async with asyncio.timeout(30):
            await ended(state, lambda one: sizes.append(held_by(one)))
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        assert 0 < max(sizes) < 1_000_000
        writer.close()


async def test_a_message_of_endless_empty_fragments_is_refused():
    async with serving() as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 2_000)
        async with asyncio.timeout(30):
            assert b"too many fragments" in await reader.readuntil(b"fragments")
        writer.close()
