"""A subgraph that ends a subscription with errors, or whose stream breaks off and goes on."""

from __future__ import annotations

import asyncio
import json
import ssl

import pytest
from live import live
from subscription_client import PROTOCOL, Socket, read_events, read_parts
from websockets.asyncio.server import serve

from reelgraph_federation import Subgraph, compose
from reelgraph_router.transport import http_streams, stream_place
from reelgraph_router.transport.event_lines import events, lines
from reelgraph_router.transport.http import HttpTransport, PoolSet
from reelgraph_router.transport.http_streams import parts
from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest

SDL = "type Query { now: Int } type Subscription { ticks: Int }"
QUERY = {"query": "subscription { ticks }"}
NEXT = '{"data":{"ticks":1}}'
ERRORS = '[{"message":"no","extensions":{"code":"TOO_LATE"}},{"message":"more"}]'
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
MULTIPART = b"HTTP/1.1 200 OK\r\ncontent-type: multipart/mixed; boundary=b\r\n\r\n"
COMPLETE = b"event: complete\ndata:\n\n"


def supergraph(url: str) -> str:
    sdl = compose([Subgraph("ticks", url, SDL)]).supergraph_sdl
    assert sdl is not None
    return sdl


def part(text: str) -> bytes:
    return b"\r\n--b\r\ncontent-type: application/json\r\n\r\n" + text.encode()


def event(number: int, identifier: str = "") -> bytes:
    line = f"id: {identifier}\n" if identifier else ""
    return f'{line}event: next\ndata: {{"data":{{"ticks":{number}}}}}\n\n'.encode()


def json_answer(text: str, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
    return (head + text).encode()


REFUSALS = {
    # name: (the subgraph's protocol, what it writes, whether an event comes before)
    "an error over WebSocket": ("ws", [], False),
    "an error over WebSocket after an event": ("ws", [NEXT], True),
    "errors in JSON instead of events": ("sse", json_answer(f'{{"errors":{ERRORS}}}'), False),
    "errors in JSON with a status": (
        "sse", json_answer(f'{{"errors":{ERRORS}}}', "400 Bad Request"), False,
    ),
    "errors in JSON instead of parts": (
        "multipart", json_answer(f'{{"data":null,"errors":{ERRORS}}}'), False,
    ),
    "errors beside a payload that is null": (
        "multipart", MULTIPART + part(f'{{"payload":{NEXT}}}')
        + part(f'{{"payload":null,"errors":{ERRORS}}}') + b"\r\n--b--", True,
    ),
    "errors without a payload": ("multipart", MULTIPART + part(f'{{"errors":{ERRORS}}}'), False),
}  # fmt: skip


async def over_websocket(client) -> list[object]:
    """The messages that a client of graphql-transport-ws gets."""
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        await socket.read()
        await socket.send(type="subscribe", id="1", payload=QUERY)
        told = [await socket.read()]
        while told[-1]["type"] == "next":
            told.append(await socket.read())
        return told


async def told_by(client, client_protocol: str) -> tuple[list[object], object]:
    """The results before the errors, and the errors as a client's protocol tells them."""
    if client_protocol == "ws":
        *results, last = await over_websocket(client)
        assert last["type"] == "error"
        return [one["payload"] for one in results], last["payload"]
    if client_protocol == "sse":
        *results, (kind, last), end = await read_events(client, QUERY)
        assert (kind, end) == ("next", ("complete", None))
        assert last.keys() == {"errors"}  # no data: the request failed
        return [one for _, one in results], last["errors"]
    *results, last = await read_parts(client, QUERY)
    assert last["payload"] is None
    return [one["payload"] for one in results], last["errors"]


@pytest.mark.parametrize("client_protocol", ["ws", "sse", "multipart"])
@pytest.mark.parametrize("name", REFUSALS)
async def test_errors_reach_clients_as_errors(name, client_protocol, tmp_path, start_raw_server):
    protocol, written, has_event = REFUSALS[name]

    async def speak(socket):
        await socket.recv()
        await socket.send('{"type":"connection_ack"}')
        await socket.recv()
        for text in written:
            await socket.send(f'{{"type":"next","id":"1","payload":{text}}}')
        await socket.send(f'{{"type":"error","id":"1","payload":{ERRORS}}}')
        await socket.wait_closed()

    async def write(reader, writer, body):
        writer.write(written)
        return False

    async with serve(speak, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:
        raw = await start_raw_server(write)
        port = server.sockets[0].getsockname()[1] if protocol == "ws" else raw.port
        settings = {
            "subscription_protocols": f"ticks={protocol}", "expose_subgraph_errors": True,
        }  # fmt: skip
        url = f"http://127.0.0.1:{port}/graphql"
        async with live(tmp_path, supergraph(url), **settings) as client:
            results, errors = await told_by(client, client_protocol)
    assert results == ([json.loads(NEXT)] if has_event else [])
    assert [one["message"] for one in errors] == ["no", "more"]
    assert errors[0]["extensions"] == {"code": "TOO_LATE", "subgraph": "ticks"}


async def test_errors_are_hidden_like_all_of_subgraphs(tmp_path, start_raw_server):
    async def write(reader, writer, body):
        writer.write(json_answer(f'{{"errors":{ERRORS}}}'))
        return False

    raw = await start_raw_server(write)
    settings = {"subscription_protocols": "ticks=sse", "expose_subgraph_errors": False}
    async with live(tmp_path, supergraph(raw.url), **settings) as client:
        _, errors = await told_by(client, "ws")
    assert "no" not in [one["message"] for one in errors]
    assert all("subgraph" not in one["extensions"] for one in errors)


@pytest.mark.parametrize("client_protocol", ["ws", "sse", "multipart"])
@pytest.mark.parametrize("exposed", [True, False])
async def test_errors_of_events_are_hidden_like_all_of_subgraphs(
    exposed, client_protocol, tmp_path, start_raw_server
):
    told = '{"data":{"ticks":null},"errors":[{"message":"SELECT 1","path":["ticks"]}]}'

    async def write(reader, writer, body):
        writer.write(HEAD + f"event: next\ndata: {told}\n\n".encode() + COMPLETE)
        return False

    raw = await start_raw_server(write)
    settings = {"subscription_protocols": "ticks=sse", "expose_subgraph_errors": exposed}
    async with live(tmp_path, supergraph(raw.url), **settings) as client:
        if client_protocol == "ws":
            result = (await over_websocket(client))[0]["payload"]
        elif client_protocol == "sse":
            result = (await read_events(client, QUERY))[0][1]
        else:
            result = (await read_parts(client, QUERY))[0]["payload"]
    (error,) = result["errors"]
    assert result["data"] == {"ticks": None}
    assert ("SELECT" in error["message"], "subgraph" in error["extensions"]) == (exposed, exposed)


def scripted(*answers: bytes):
    """Each connection gets the next answer, and ends."""
    left = list(answers)

    async def write(reader, writer, body):
        writer.write(left.pop(0))
        return False

    return write


STREAMS = {
    # name: (what each connection gets, events, whether the stream ends well, last-event-id of each)
    "nothing is lost before the first event": (
        [b"", HEAD, HEAD + event(1) + COMPLETE], [1], True, [None, None, None],
    ),
    "events with ids go on": (
        [HEAD + event(1, "a"), HEAD + event(2, "b"), HEAD + event(3, "c") + COMPLETE], [1, 2, 3],
        True, [None, "a", "b"],
    ),
    "an event that is not whole is no event": (
        [HEAD + event(1, "a") + b"id: b\nevent: next\n", HEAD + event(2) + COMPLETE], [1, 2], True,
        [None, "a"],
    ),
    "events without ids do not": ([HEAD + event(1), HEAD + event(2)], [1], False, [None]),
    "an id that is taken back": (
        [HEAD + event(1, "a") + b"id\n" + event(2)], [1, 2], False, [None],
    ),
    "what never comes is given up": (
        [b""] * stream_place.MAX_TRIES, [], False, [None] * stream_place.MAX_TRIES,
    ),
    "no HTTP is not tried again": ([b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        b"content-encoding: gzip\r\n\r\n"], [], False, [None]),
}  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
async def test_streams_go_on_where_nothing_is_lost(name, start_raw_server, monkeypatch):
    answers, expected, ends_well, ids = STREAMS[name]
    monkeypatch.setattr(stream_place, "FIRST_PAUSE", 0.001)
    server = await start_raw_server(scripted(*answers))
    transport = HttpTransport({"s": server.url}, None, {"s": "sse"})
    request = SubgraphRequest("s", b"{}", b"", 5.0, True)
    found, is_broken = [], False
    try:
        async for one in transport.subscribe(request):
            found.append(one["data"]["ticks"])
    except StreamFault:
        is_broken = True
    await transport.close()
    assert (found, not is_broken) == (expected, ends_well)
    sent = [
        dict(line.split(b": ", 1) for line in head.lower().strip().split(b"\r\n")[1:]).get(
            b"last-event-id"
        )
        for head in server.heads
    ]
    assert sent == [one and one.encode() for one in ids]


def test_pauses_grow_and_differ():
    place = stream_place.StreamPlace()
    for tries in (1, 2, 3, 9):
        most = min(stream_place.LONGEST_PAUSE, stream_place.FIRST_PAUSE * 3 ** (tries - 1))
        found = {place.pause(tries) for _ in range(20)}
        assert len(found) > 1
        assert most / 2 <= min(found) <= max(found) <= most
    place.retry_seconds = 30.0
    assert place.pause(1) == 30.0


async def test_streams_share_a_client_that_remembers_nothing(start_raw_server, monkeypatch):
    made = []
    create = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda *a, **k: made.append(1) or create())
    cookie = HEAD.replace(b"\r\n\r\n", b"\r\nset-cookie: who=alice\r\n\r\n")
    server = await start_raw_server(scripted(*[cookie + event(1) + COMPLETE] * 5))
    transport = HttpTransport(
        {"s": server.url, "t": "https://127.0.0.1:9/"}, PoolSet(), {"s": "sse"}
    )
    for _ in range(5):
        request = SubgraphRequest("s", b"{}", b"", 5.0, True)
        assert [one async for one in transport.subscribe(request)] == [json.loads(NEXT)]
    await transport.close()
    assert len(made) == 1
    assert not any(b"cookie:" in head.lower() for head in server.heads)


async def pieces(data: bytes, size: int):
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def test_parts_in_small_pieces_take_linear_work(monkeypatch):
    """Each piece ends like an object that is whole, and none is until the last."""
    parsed = []
    loads = http_streams.orjson.loads
    monkeypatch.setattr(
        http_streams.orjson, "loads", lambda body: parsed.append(len(body)) or loads(body)
    )
    body = b'{"a":"' + b"}" * 1_000_000 + b'"}'
    document = b"--b\r\nx: y\r\n\r\n" + body + b"\r\n--b--"
    found = [one async for one in parts(pieces(document, 50), b"b")]
    assert found == [body]
    assert sum(parsed) < 20 * len(body)


async def test_empty_lines_of_data_are_bounded(monkeypatch):
    monkeypatch.setattr("reelgraph_router.transport.event_lines.MAX_EVENT_BYTES", 10_000)
    with pytest.raises(StreamFault) as told:
        async for _ in events(lines(pieces(b"data:\n" * 20_000, 600))):
            pass
    assert told.value.kind is FaultKind.TOO_LARGE


async def test_a_line_in_single_bytes(monkeypatch):
    text = b"event: next\ndata: " + b"x" * 100_000 + b"\n\n"
    async with asyncio.timeout(30):
        found = [one async for one in events(lines(pieces(text, 1)))]
    assert found == [(b"next", b"x" * 100_000)]
