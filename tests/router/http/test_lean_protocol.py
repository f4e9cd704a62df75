"""The server's short way answers like its long way, over real connections."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import orjson
import pytest
from live import live
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reelgraph_federation import Subgraph, compose
from reelgraph_router.http.lean_protocol import LeanProtocol
from reelgraph_router.http.repeated_head import repeated_head
from reelgraph_router.transport.memory import MemoryTransport

SDL = "type Query { hello: String name(of: Int!): String! }"
BODY = b'{"query":"{ hello }"}'


def supergraph():
    return compose([Subgraph("one", "http://one", SDL)]).supergraph_sdl


def request(body=BODY, *lines, head="POST /graphql HTTP/1.1", media="application/json"):
    """The bytes of a request."""
    given = [
        head, "host: x", f"content-type: {media}", f"content-length: {len(body)}", *lines, "", "",
    ]  # fmt: skip
    return "\r\n".join(given).encode() + body


class Line:
    """One connection to the router."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def answer(self):
        """Status, headers and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = head.strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(status.split()[1]), headers, body

    async def ask(self, data):
        self.writer.write(data)
        return await self.answer()


@asynccontextmanager
async def connected(folder, handler=None):
    """A router whose subgraph answers by `handler`, and a connection to it."""
    answer = handler or (lambda message: {"data": {"hello": "world"}})
    transport = MemoryTransport({"one": answer})
    async with live(folder, supergraph(), transport) as client:
        assert (await client.post("/graphql", json={"query": "{ hello }"})).status_code == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        try:
            yield Line(reader, writer), transport
        finally:
            writer.close()


WAYS = {
    "plain": request(),
    "in another media type": request(BODY, "accept: application/graphql-response+json"),
    "with an origin": request(BODY, "origin: http://elsewhere.example"),
    "with variables": request(b'{"query":"{ hello }","variables":{}}'),
    "with a charset": request(media="application/json; charset=utf-8"),
    "on another path": request(head="POST /graphql?x=1 HTTP/1.1"),
    "an operation not seen before": request(b'{"query":"{ again: hello }"}'),
    "refused": request(b'{"query":"{ nothing }"}'),
    "no JSON": request(b"{"),
    "asked for events": request(BODY, "accept: text/event-stream;q=0.1, application/json"),
}


@pytest.mark.parametrize("name", WAYS)
async def test_both_ways_answer_alike(tmp_path, name):
    def answer(message):
        return {"data": {"again" if "again" in message.query else "hello": "world"}}

    async with connected(tmp_path, answer) as (line, _):
        twice = [await line.ask(WAYS[name]) for _ in range(2)]
        long_way = WAYS[name].replace(b"host: x", b"host: x\r\norigin: http://o.example", 1)
        in_full = await line.ask(long_way)
    assert len(twice) == 2
    for status, headers, body in twice:
        assert (status, body) == (in_full[0], in_full[2])
        assert headers.keys() == in_full[1].keys()
        assert headers["content-type"] == in_full[1]["content-type"]


async def test_a_body_in_pieces(tmp_path):
    async with connected(tmp_path) as (line, _):
        whole = request()
        for at in range(0, len(whole), 7):
            line.writer.write(whole[at : at + 7])
            await line.writer.drain()
        assert (await line.answer())[2] == b'{"data":{"hello":"world"}}'


async def test_pipelined_requests_are_answered_in_order(tmp_path):
    health = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    async with connected(tmp_path) as (line, _):
        line.writer.write(request() + health + request() + request(b"{") + request())
        answers = [await line.answer() for _ in range(5)]
    data = {"data": {"hello": "world"}}
    assert [status for status, _, _ in answers] == [200, 200, 200, 400, 200]
    assert [orjson.loads(answers[n][2]) for n in (0, 1, 2, 4)] == [
        data,
        {"status": "ok"},
        data,
        data,
    ]


@pytest.mark.parametrize(
    "data",
    [request(BODY, "connection: close"), request(head="POST /graphql HTTP/1.0")],
    ids=["asked to close", "HTTP/1.0"],
)
async def test_connections_that_end_with_the_answer(tmp_path, data):
    async with connected(tmp_path) as (line, _):
        status, headers, _ = await line.ask(data)
        assert (status, headers["connection"]) == (200, "close")
        assert await line.reader.read() == b""


async def test_a_fault_of_the_router_is_told_without_its_text(tmp_path, monkeypatch):
    def broken(run, operation):
        raise RuntimeError("a secret")

    async with connected(tmp_path) as (line, _):
        monkeypatch.setattr("reelgraph_router.pipeline.handle.finish", broken)
        status, _, body = await line.ask(request())
    assert status == 500
    assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert b"secret" not in body


class Slow:
    """A subgraph that answers its first request at once and the others when released."""

    def __init__(self):
        self.asked, self.dropped, self.release = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.count = 0

    async def __call__(self, message):
        self.count += 1
        if self.count > 1:
            self.asked.set()
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.dropped.set()
                raise
        return {"data": {"hello": "world"}}


async def test_a_client_that_goes_away_stops_the_work(tmp_path):
    slow = Slow()
    async with connected(tmp_path, slow) as (line, _):
        line.writer.write(request())
        await slow.asked.wait()
        line.writer.close()
        await slow.dropped.wait()


async def test_what_is_under_way_is_answered_while_the_server_stops(tmp_path, monkeypatch):
    slow = Slow()

    def shutdown(self):
        HttpToolsProtocol.shutdown(self)
        slow.release.set()

    monkeypatch.setattr(LeanProtocol, "shutdown", shutdown)
    async with live(tmp_path, supergraph(), MemoryTransport({"one": slow})) as client:
        await client.post("/graphql", json={"query": "{ hello }"})
        line = Line(*await asyncio.open_connection("127.0.0.1", client.base_url.port))
        line.writer.write(request())
        await slow.asked.wait()
    assert (await line.answer())[2] == b'{"data":{"hello":"world"}}'
    assert await line.reader.read() == b""
    line.writer.close()


async def test_a_connection_that_becomes_a_websocket_is_not_closed_as_idle(tmp_path, monkeypatch):
    upgraded = []

    def upgrade(self):
        assert self._idle_timer is not None, "the request before was answered the short way"
        ours(self)
        upgraded.append(self)

    ours = LeanProtocol.handle_websocket_upgrade
    monkeypatch.setattr(LeanProtocol, "handle_websocket_upgrade", upgrade)
    handshake = (
        "GET /graphql HTTP/1.1", "host: x", "connection: upgrade", "upgrade: websocket",
        "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol: graphql-transport-ws", "", "",
    )  # fmt: skip
    async with connected(tmp_path) as (line, _):
        await line.ask(request())
        line.writer.write("\r\n".join(handshake).encode())
        head = await line.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert [protocol._idle_timer for protocol in upgraded] == [None]


async def test_one_head_with_bodies_of_several_lengths(tmp_path):
    """A head is known after its first request; only its length differs from then on."""
    spaces = [0, 0, 7, 90, 3, 12_000]
    async with connected(tmp_path) as (line, _):
        answers = [
            await line.ask(request(b'{"query":"{ hello }"' + b" " * count + b"}"))
            for count in spaces
        ]
        line.writer.write(request() + request())
        answers += [await line.answer(), await line.answer()]
        for part in (request()[:-3], request()[-3:]):
            line.writer.write(part)
            await line.writer.drain()
        answers.append(await line.answer())
        refused = await line.ask(request(b"{"))
        answers.append(await line.ask(request()))
    assert {(status, body) for status, _, body in answers} == {(200, b'{"data":{"hello":"world"}}')}
    assert refused[0] == 400


async def test_a_body_past_the_limit_is_refused_after_small_ones_too(tmp_path):
    transport = MemoryTransport({"one": lambda message: {"data": {"hello": "world"}}})
    async with live(tmp_path, supergraph(), transport, max_body_bytes=100) as client:
        line = Line(*await asyncio.open_connection("127.0.0.1", client.base_url.port))
        answers = [await line.ask(request()) for _ in range(3)]
        answers.append(await line.ask(request(BODY[:-1] + b" " * 100 + b"}")))
        line.writer.close()
    assert [status for status, _, _ in answers] == [200, 200, 200, 413]


HEAD = b"POST /graphql HTTP/1.1\r\nhost: x\r\nContent-Length: %d\r\naccept: */*\r\n\r\n"
REPEATS = {
    "equal": (HEAD % 2 + b"{}", b"{}"),
    "longer": (HEAD % 10 + b"{" + b" " * 8 + b"}", b"{" + b" " * 8 + b"}"),
    "too long": (HEAD % 101 + b"x" * 101, None),
    "not whole": (HEAD % 3 + b"{}", None),
    "two": ((HEAD % 2 + b"{}") * 2, None),
    "another path": ((HEAD % 2).replace(b"/graphql", b"/health") + b"{}", None),
    "another header": ((HEAD % 2).replace(b"*/*", b"text/html") + b"{}", None),
    "one header more": ((HEAD % 2).replace(b"\r\n\r\n", b"\r\nexpect: x\r\n\r\n") + b"{}", None),
    "no number": ((HEAD % 2).replace(b": 2", b": -2") + b"{}", None),
    "an empty number": ((HEAD % 2).replace(b": 2", b": ") + b"{}", None),
    "a part of the head": (HEAD[:20], None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize("name", REPEATS)
def test_repeated_head(name):
    known = repeated_head(HEAD % 4 + b"null", {}, b"application/json")
    data, body = REPEATS[name]
    assert known is not None
    assert known.body(data, limit=100) == body


@pytest.mark.parametrize(
    "data",
    [
        HEAD % 4,
        HEAD % 4 + b"nulls",
        (HEAD % 4).replace(b"Content-Length", b"content-length: 4\r\ncontent-length") + b"null",
        (HEAD % 4).replace(b"Content-Length", b"x-content-length") + b"null",
        b"",
    ],
    ids=["without its body", "with more", "two lengths", "no length", "nothing"],
)
def test_heads_that_cannot_be_told_apart(data):
    assert repeated_head(data, {}, b"application/json") is None


async def test_a_client_that_never_reads_holds_little_and_is_cut_off(tmp_path):
    """Answers are written by callbacks here: they must not pile up for a client that reads none."""
    large = "x" * 1_000_000
    answered = []

    def answer(message):
        answered.append(message)
        return {"data": {"hello": large}}

    transport = MemoryTransport({"one": answer})
    sdl = supergraph()
    async with live(tmp_path, sdl, transport, write_timeout_seconds=0.3) as client:
        await client.post("/graphql", json={"query": "{ hello }"})
        _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port, limit=1_024)
        with suppress(ConnectionError):
            async with asyncio.timeout(60):
                while True:
                    writer.write(request())
                    await writer.drain()
                    await asyncio.sleep(0.001)  # each request in a read of its own
        writer.close()
    assert len(answered) < 50


async def test_half_a_body_ends_in_words_on_the_short_way(tmp_path):
    transport = MemoryTransport({"one": lambda message: {"data": {"hello": "world"}}})
    async with live(tmp_path, supergraph(), transport, body_timeout_seconds=0.2) as client:
        await client.post("/graphql", json={"query": "{ hello }"})
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(request()[:-3])
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()
