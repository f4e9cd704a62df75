"""Subscriptions at subgraphs that flood, die, speak nonsense, or are replaced by a new supergraph."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from live import live
from subscription_client import PROTOCOL, Socket, read_events, read_parts
from websockets.asyncio.server import serve

from reelgraph_federation import Subgraph, compose
from reelgraph_router.transport.event_lines import events, lines
from reelgraph_router.transport.http_streams import parts
from reelgraph_router.transport.port import FaultKind, StreamFault

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
TICKS = (
    "type Query { now: Int } type Subscription { ticks: Tick } "
    'type Tick @key(fields: "id") { id: ID! note: String }'
)
NAMES = 'type Tick @key(fields: "id") { id: ID! name: String }'
QUERY = {"query": "subscription { ticks { id note name } }"}
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
COMPLETE = b"event: complete\ndata:\n\n"


def supergraph(ticks_url: str, names_url: str, *, ticks: str = TICKS, names: str = NAMES) -> str:
    made = compose(
        [Subgraph("ticks", ticks_url, LINK + ticks), Subgraph("names", names_url, LINK + names)]
    )
    assert made.supergraph_sdl is not None, made.errors
    return made.supergraph_sdl


def event(number: int, note: str = "") -> bytes:
    tick = {"data": {"ticks": {"id": str(number), "note": note}}}
    return b"event: next\ndata: %b\n\n" % json.dumps(tick).encode()


class Stream:
    """A subgraph's stream over server-sent events: what is put into `pieces` is written; None ends it."""

    def __init__(self, head: bytes = EVENTS) -> None:
        self.pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.started = asyncio.Event()
        self.left = asyncio.Event()
        self._head = head

    async def behave(self, reader, writer, body):
        writer.write(self._head)
        self.started.set()
        leaving = asyncio.ensure_future(reader.read())
        leaving.add_done_callback(lambda done: self.left.set())
        try:
            while not leaving.done():
                getting = asyncio.ensure_future(self.pieces.get())
                await asyncio.wait({leaving, getting}, return_when=asyncio.FIRST_COMPLETED)
                if not getting.done() or getting.result() is None:
                    getting.cancel()
                    break
                writer.write(getting.result())
        finally:
            leaving.cancel()
        return False


def naming(prefix: str):
    async def behave(reader, writer, body):
        asked = json.loads(body)["variables"]["representations"]
        names = [{"name": f"{prefix} {one['id']}"} for one in asked]
        answer = json.dumps({"data": {"_entities": names}}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
        return True

    return behave


def tick(number: int, name: str, note: str = "") -> dict:
    return {"data": {"ticks": {"id": str(number), "note": note, "name": f"{name} {number}"}}}


@asynccontextmanager
async def listening(client, payload):
    """The events that a client gets, one at a time."""
    queue: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
    reading = asyncio.ensure_future(read_events(client, payload, queue.put_nowait))

    async def following():
        async with asyncio.timeout(60):
            return await queue.get()

    try:
        yield following
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def until_served(client, field: str) -> None:
    """Wait until a supergraph with a field of Query is served; nothing announces it."""
    query = {"query": f"{{ {field} }}"}
    async with asyncio.timeout(60):
        while "VALIDATION" in (await client.post("/graphql", json=query)).text:
            pass


async def test_a_stream_goes_on_under_a_new_supergraph(tmp_path, start_raw_server):
    stream = Stream()
    source = await start_raw_server(stream.behave)
    old, new = await start_raw_server(naming("old")), await start_raw_server(naming("new"))
    file = tmp_path / "supergraph.graphql"
    first = supergraph(source.url, old.url)
    async with (
        live(tmp_path, first, subscription_protocols="ticks=sse") as client,
        listening(client, QUERY) as following,
    ):
        stream.pieces.put_nowait(event(1))
        assert await following() == ("next", tick(1, "old"))
        for number, extra in ((2, "more"), (3, "most")):
            names = f"{NAMES} extend type Query {{ {extra}: Int }}"
            file.write_text(supergraph(source.url, new.url, names=names))
            await until_served(client, extra)
            stream.pieces.put_nowait(event(number))
            assert await following() == ("next", tick(number, "new"))
        stream.pieces.put_nowait(COMPLETE)
        assert await following() == ("complete", None)
    assert source.connections == 1


CHANGES = {
    "the selection is no longer valid": {"ticks": TICKS.replace("note: String", "memo: String")},
    "the stream is another one": {"names": NAMES.replace("name", "note: String name").replace(
        'id: ID!', "id: ID!"), "ticks": TICKS.replace("note: String", "")},
    "the subgraph has moved": {"ticks_url": "http://127.0.0.1:9/elsewhere"},
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
async def test_a_stream_that_cannot_go_on_ends_in_words(name, tmp_path, start_raw_server):
    stream = Stream()
    source = await start_raw_server(stream.behave)
    names = await start_raw_server(naming("old"))
    settings = {"subscription_protocols": "ticks=sse", "subscription_drain_seconds": 0.01}
    change = {"names": NAMES, **CHANGES[name]}
    change["names"] += " extend type Query { more: Int }"
    url = change.pop("ticks_url", source.url)
    async with live(tmp_path, supergraph(source.url, names.url), **settings) as client:
        async with listening(client, QUERY) as following:
            stream.pieces.put_nowait(event(1))
            assert await following() == ("next", tick(1, "old"))
            (tmp_path / "supergraph.graphql").write_text(supergraph(url, names.url, **change))
            kind, told = await following()
            assert kind == "next"
            assert told["errors"][0]["extensions"]["code"] == "SUBSCRIPTION_SCHEMA_RELOAD"
            assert await following() == ("complete", None)
        await asyncio.wait_for(stream.left.wait(), 60)


BIG = b"x" * 20_000
DEATHS = {
    # name: (head, what follows, code of the error that ends it)
    "breaks off": (EVENTS, [event(1), None], "SUBGRAPH_UNAVAILABLE"),
    "no JSON": (EVENTS, [event(1), b"event: next\ndata: {oops\n\n"], "SUBGRAPH_ANSWER_INVALID"),
    "JSON, but a list": (EVENTS, [event(1), b"event: next\ndata: []\n\n"], "SUBGRAPH_ANSWER_INVALID"),
    "no UTF-8": (
        EVENTS, [event(1), b'event: next\ndata: {"data":{"ticks":{"id":"\xff"}}}\n\n'],
        "SUBGRAPH_ANSWER_INVALID",
    ),
    "a line without an end": (EVENTS, [event(1), b"data: ", BIG, BIG, BIG], "SUBGRAPH_ANSWER_TOO_LARGE"),
    "an event without an end": (
        EVENTS, [event(1), *([b"data: " + BIG + b"\n"] * 3)], "SUBGRAPH_ANSWER_TOO_LARGE",
    ),
    "breaks off in a chunk": (
        EVENTS.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n"),
        [b"%x\r\n%b\r\n" % (len(event(1)), event(1)), b"ff\r\nevent: ne", None], "SUBGRAPH_UNAVAILABLE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("client_protocol", ["sse", "multipart", "ws"])
@pytest.mark.parametrize("name", DEATHS)
async def test_a_subgraph_that_dies_in_the_middle(
    name, client_protocol, tmp_path, start_raw_server, monkeypatch
):
    monkeypatch.setattr("reelgraph_router.transport.event_lines.MAX_EVENT_BYTES", 50_000)
    head, pieces, code = DEATHS[name]
    stream = Stream(head)
    source = await start_raw_server(stream.behave)
    names = await start_raw_server(naming("n"))
    for piece in pieces:
        stream.pieces.put_nowait(piece)
    sdl = supergraph(source.url, names.url)
    async with live(tmp_path, sdl, subscription_protocols="ticks=sse") as client:
        if client_protocol == "sse":
            results = [one for kind, one in await read_events(client, QUERY) if kind == "next"]
        elif client_protocol == "multipart":
            results = [one["payload"] for one in await read_parts(client, QUERY)]
        else:
            results = await over_websocket(client)
    assert results[0] == tick(1, "n")
    assert [error["extensions"]["code"] for error in results[1]["errors"]] == [code]
    assert len(results) == 2
    assert stream.left.is_set() or None in pieces


async def over_websocket(client) -> list[object]:
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        assert await socket.read() == {"type": "connection_ack"}
        await socket.send(type="subscribe", id="1", payload=QUERY)
        results = []
        while (message := await socket.read())["type"] == "next":
            results.append(message["payload"])
        assert message == {"type": "complete", "id": "1"}
        return results


REFUSALS = {
    # name: (what the subgraph answers instead of a stream, code)
    "a status": (b"HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\noops", "SUBGRAPH_HTTP_ERROR"),
    "no JSON": (b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\noops", "SUBGRAPH_ANSWER_INVALID"),
    "hangs up": (b"", "SUBGRAPH_UNAVAILABLE"),
    "an error": (
        b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 61\r\n\r\n'
        b'{"errors":[{"message":"no","extensions":{"code":"TOO_LATE"}}]}', "TOO_LATE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_subgraph_that_refuses(name, tmp_path, start_raw_server):
    written, code = REFUSALS[name]

    async def behave(reader, writer, body):
        writer.write(written.replace(b": 61", b": 62"))
        return False

    source = await start_raw_server(behave)
    sdl = supergraph(source.url, "http://127.0.0.1:9/")
    async with live(tmp_path, sdl, subscription_protocols="ticks=sse") as client:
        (kind, told), end = await read_events(client, QUERY)
    assert (kind, end) == ("next", ("complete", None))
    assert [error["extensions"]["code"] for error in told["errors"]] == [code]
    assert "oops" not in json.dumps(told)


SIZE, COUNT, MOST_HELD = 64 * 1024, 1600, 48 * 1024 * 1024


@pytest.mark.parametrize("client_protocol", ["sse", "multipart", "ws"])
async def test_a_flood_is_held_back(client_protocol, tmp_path, start_raw_server):
    """A client that reads only when the subgraph can write no more gets everything all the same."""
    blocked, sent, read, most = asyncio.Event(), 0, 0, 0
    piece = event(1, "x" * SIZE)

    async def flood(reader, writer, body):
        nonlocal sent, most
        writer.write(EVENTS)
        for _ in range(COUNT):
            writer.write(piece)
            sent += 1
            most = max(most, sent - read)
            if writer.transport.get_write_buffer_size():
                blocked.set()
            await writer.drain()
            blocked.clear()
        writer.write(COMPLETE)
        await writer.drain()
        blocked.set()
        return False

    source = await start_raw_server(flood)
    sdl = supergraph(source.url, "http://127.0.0.1:9/")
    seen = 0
    async with live(tmp_path, sdl, subscription_protocols="ticks=sse") as client:
        reading = over_http if client_protocol != "ws" else over_socket
        async for size in reading(client, client_protocol):
            seen += size
            read = seen // SIZE
            if sent < COUNT:
                await asyncio.wait_for(blocked.wait(), 60)
        # Others are served meanwhile, and after.
        now = await client.post("/graphql", json={"query": "{ __typename }"})
        assert now.json() == {"data": {"__typename": "Query"}}
    assert sent == COUNT
    assert seen > COUNT * SIZE
    assert most * SIZE < MOST_HELD


FLOODED = {"query": "subscription { ticks { note } }"}


async def over_http(client, protocol):
    """The sizes of what a client reads, one piece at a time."""
    accept = {"sse": "text/event-stream", "multipart": "multipart/mixed;subscriptionSpec=1.0"}[
        protocol
    ]
    headers = {"accept": accept}
    async with client.stream("POST", "/graphql", json=FLOODED, headers=headers) as answer:
        async for chunk in answer.aiter_raw(SIZE):
            yield len(chunk)


async def over_socket(client, protocol):
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        await socket.read()
        await socket.send(type="subscribe", id="1", payload=FLOODED)
        while (message := await socket.read())["type"] == "next":
            yield len(message["payload"]["data"]["ticks"]["note"]) + 1
        assert message == {"type": "complete", "id": "1"}


async def test_no_more_subscriptions_than_allowed(tmp_path, start_raw_server):
    stream = Stream()
    source = await start_raw_server(stream.behave)
    names = await start_raw_server(naming("n"))
    sdl = supergraph(source.url, names.url)
    settings = {"subscription_protocols": "ticks=sse", "max_subscriptions": 1}
    async with live(tmp_path, sdl, **settings) as client:
        async with listening(client, QUERY) as following:
            stream.pieces.put_nowait(event(1))
            assert await following() == ("next", tick(1, "n"))
            headers = {"accept": "text/event-stream"}
            refused = await client.post("/graphql", json=QUERY, headers=headers)
            assert refused.status_code == 503
            assert refused.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
            async with Socket(client, **PROTOCOL) as socket:
                await socket.send(type="connection_init")
                await socket.read()
                await socket.send(type="subscribe", id="1", payload=QUERY)
                told = await socket.read()
                assert (told["type"], told["id"]) == ("error", "1")
        await asyncio.wait_for(stream.left.wait(), 60)
        again = Stream()
        source.behave = again.behave
        for piece in (event(2), COMPLETE):
            again.pieces.put_nowait(piece)
        assert [one for one, _ in await read_events(client, QUERY)] == ["next", "complete"]


LINES = {
    "one line each": [b"event: next", b"data: {}", b"", b"event: complete", b"data:", b""],
    "data in several lines": [b"event: next", b"data: {", b"data:}", b"", b"event: complete", b""],
    "comments and other fields": [
        b": hi", b"id: 7", b"event: next", b"retry: 1", b"data: {}", b"", b":", b"event: complete", b"",
    ],
}  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("name", LINES)
async def test_events_whatever_the_lines_and_the_pieces(name, end):
    text = b"".join(line + end for line in LINES[name]) + b":"

    async def pieces(size):
        for at in range(0, len(text), size):
            yield text[at : at + size]

    assert len(text) > 1
    for size in range(1, len(text) + 1):
        found = [one async for one in events(lines(pieces(size)))]
        assert [kind for kind, _ in found] == [b"next", b"complete"], size
        assert json.loads(found[0][1]) == {}


PARTS = {
    # name: (the document, the bodies of its parts)
    "delimiters beforehand": (
        b'--b\r\ncontent-type: application/json\r\n\r\n{"payload":{}}\r\n--b\r\nx: y\r\n\r\n{}\r\n--b--',
        [b'{"payload":{}}', b"{}"],
    ),
    "a preamble and an epilogue": (
        b'hello\r\n--b\r\nx: y\r\n\r\n{"a":"\\r\\n--b"}\r\n--b--\r\nbye', [b'{"a":"\\r\\n--b"}'],
    ),
    "no parts": (b"--b--\r\n", []),
    "objects in objects": (b'--b\r\nx: y\r\n\r\n{"a":{"b":{}}}\r\n--b--', [b'{"a":{"b":{}}}']),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
async def test_parts_whatever_the_pieces(name):
    document, bodies = PARTS[name]

    async def pieces(size):
        for at in range(0, len(document), size):
            yield document[at : at + size]

    assert len(document) > 1
    for size in range(1, len(document) + 1):
        found = [one.strip() async for one in parts(pieces(size), b"b")]
        assert found == bodies, size


MULTIPART = b"HTTP/1.1 200 OK\r\ncontent-type: multipart/mixed; boundary=b\r\n\r\n"


def part(text: bytes) -> bytes:
    return b"\r\n--b\r\ncontent-type: application/json\r\n\r\n" + text


GIVEN = part(b'{"payload":{"data":{"ticks":{"id":"1","note":"","name":"n 1"}}}}')
MULTIPARTS = {
    # name: (what comes, codes of the results; None: data)
    "as it should": ([part(b"{}"), GIVEN, GIVEN, b"\r\n--b--"], [None, None]),
    "an error of the transport": (
        [GIVEN, part(b'{"payload":null,"errors":[{"message":"m","extensions":{"code":"LOST"}}]}')], [None, "LOST"],
    ),
    "breaks off": ([GIVEN, None], [None, "SUBGRAPH_UNAVAILABLE"]),
    "no JSON": ([GIVEN, part(b"{oops"), b"\r\n--b--"], [None, "SUBGRAPH_ANSWER_INVALID"]),
    "a part without an end": ([GIVEN, part(b'{"payload":"'), BIG, BIG, BIG], [None, "SUBGRAPH_ANSWER_TOO_LARGE"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MULTIPARTS)
async def test_subgraphs_over_multipart(name, tmp_path, start_raw_server, monkeypatch):
    """Each event is there before the next one is sent, whether or not its delimiter is."""
    for module in ("event_lines", "http_streams"):
        monkeypatch.setattr(
            f"reelgraph_router.transport.{module}.check_size", lambda size: bounded(size, 50_000)
        )
    pieces, codes = MULTIPARTS[name]
    stream = Stream(MULTIPART)
    source = await start_raw_server(stream.behave)
    names = await start_raw_server(naming("n"))
    sdl = supergraph(source.url, names.url)
    results = []
    async with (
        live(tmp_path, sdl, subscription_protocols="ticks=multipart") as client,
        listening(client, QUERY) as following,
    ):
        for piece in pieces:
            stream.pieces.put_nowait(piece)
            if piece is GIVEN:
                results.append(await following())
        while (told := await following()) != ("complete", None):
            results.append(told)
    found = [
        one["errors"][0]["extensions"]["code"] if "errors" in one else None for _, one in results
    ]
    assert found == codes
    assert b"multipart/mixed" in source.heads[0]


def bounded(size: int, most: int) -> None:
    if size > most:
        raise StreamFault(FaultKind.TOO_LARGE, "")


def subgraph_socket(script):
    """A subgraph that speaks over WebSocket what `script` says: texts to send, None to read one."""
    got: list[object] = []

    async def speak(socket):
        for text in script:
            if text is None:
                got.append(json.loads(await socket.recv()))
            else:
                await socket.send(text)
        await socket.close()

    return speak, got


ACK = '{"type":"connection_ack"}'
NEXT = '{"type":"next","id":"1","payload":{"data":{"ticks":{"id":"1","note":""}}}}'
SCRIPTS = {
    # name: (script, codes of the results; None: data)
    "as it should": ([None, ACK, None, NEXT, '{"type":"complete","id":"1"}'], [None]),
    "pings": ([None, '{"type":"ping"}', None, ACK, None, '{"type":"ping"}', None, NEXT,
               '{"type":"complete","id":"1"}'], [None]),
    "something unknown": ([None, ACK, None, '{"type":"what"}', NEXT, '{"type":"complete","id":"1"}'],
                          [None]),
    "an error": ([None, ACK, None, '{"type":"error","id":"1","payload":[{"message":"m"}]}'],
                 ["DOWNSTREAM_SERVICE_ERROR"]),
    "an error that is none": ([None, ACK, None, '{"type":"error","id":"1","payload":7}'],
                              ["SUBGRAPH_ANSWER_INVALID"]),
    "no acknowledgement": ([None, NEXT], ["SUBGRAPH_ANSWER_INVALID"]),
    "no JSON": ([None, ACK, None, NEXT, "{oops"], [None, "SUBGRAPH_ANSWER_INVALID"]),
    "no object": ([None, ACK, None, NEXT, "[]"], [None, "SUBGRAPH_ANSWER_INVALID"]),
    "a payload that is none": (
        [None, ACK, None, '{"type":"next","id":"1","payload":"x"}', '{"type":"complete","id":"1"}'],
        ["SUBGRAPH_ANSWER_INVALID"],
    ),
    "closes without a word": ([None, ACK, None, NEXT], [None, "SUBGRAPH_UNAVAILABLE"]),
    "closes at once": ([], ["SUBGRAPH_UNAVAILABLE"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
async def test_subgraphs_over_websocket(name, tmp_path):
    script, codes = SCRIPTS[name]
    speak, got = subgraph_socket(script)
    async with serve(speak, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
        query = {"query": "subscription { ticks { note } }"}
        async with live(tmp_path, supergraph(url, "http://127.0.0.1:9/")) as client:
            *results, end = await read_events(client, query)
    assert end == ("complete", None)
    told = [
        one["errors"][0]["extensions"]["code"] if "errors" in one else None for _, one in results
    ]
    assert told == codes
    assert [one["type"] for one in got if one["type"] == "pong"] == ["pong"] * str(script).count(
        "ping"
    )
