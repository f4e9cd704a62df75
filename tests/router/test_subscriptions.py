"""Subscriptions, from a subgraph through the router to a client, over both protocols each way.

The subgraph with the stream is another router here, so that both sides of each protocol are tried.
"""

from __future__ import annotations

import asyncio
import json

import pytest
from live import live
from subscription_client import PROTOCOL, Socket, read_events, read_parts
from websockets.exceptions import InvalidStatus

from reelgraph_federation import Subgraph, compose
from reelgraph_router.hooks import Hooks
from reelgraph_router.transport.memory import MemoryTransport

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
TICKS = (
    LINK
    + """
type Query { now: Int }
type Subscription { ticks(count: Int!): Tick broken: Int endless: Int start: Start }
type Start { query: Query! }
type Tick @key(fields: "id") { id: ID! }
"""
)
NAMES = LINK + 'type Tick @key(fields: "id") { id: ID! name: String }'


def supergraph(*subgraphs: Subgraph) -> str:
    result = compose(subgraphs)
    assert result.supergraph_sdl is not None, result.errors
    return result.supergraph_sdl


class Ticker:
    """The resolver of the stream; knows whether its consumer has gone."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.closed = asyncio.Event()

    def handle(self, request):
        if request.query.lstrip().startswith("subscription"):
            return self.stream(request)
        return {"data": {"now": 1}}

    async def stream(self, request):
        self.started.set()
        try:
            if "broken" in request.query:
                yield {"data": {"broken": 1}}
                raise RuntimeError("an internal text")
            if "start" in request.query:
                yield {"data": {"start": {"query": {"now": 1}}}}
                return
            if "endless" in request.query:
                yield {"data": {"endless": 1}}
                await asyncio.Event().wait()
            for number in range(request.variables["n"]):
                yield {"data": {"ticks": {"id": str(number)}}}
        finally:
            self.closed.set()


async def name_entities(reader, writer, body):
    asked = json.loads(body)["variables"]["representations"]
    names = [{"name": f"tick {one['id']}"} if one["id"] != "1" else None for one in asked]
    answer = json.dumps({"data": {"_entities": names}}).encode()
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
    return True


@pytest.fixture
async def routers(tmp_path, start_raw_server, request):
    """A client of a router whose subgraph streams over the protocol given as parameter."""
    ticker = Ticker()
    names = await start_raw_server(name_entities)
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    # The inner router serves the stream as a plain graph; its entity's key is an ordinary field.
    plain = supergraph(Subgraph("source", "http://x/", TICKS))
    async with live(inner, plain, MemoryTransport({"source": ticker.handle})) as source:
        sdl = supergraph(
            Subgraph("ticks", str(source.base_url).rstrip("/") + "/graphql", TICKS),
            Subgraph("names", names.url, NAMES),
        )
        async with live(outer, sdl, subscription_protocols=f"ticks={request.param}") as client:
            yield client, ticker


each = pytest.mark.parametrize("routers", ["ws", "sse", "multipart"], indirect=True)
COUNT = {
    "query": "subscription S($n: Int!) { ticks(count: $n) { name id } }",
    "variables": {"n": 3},
}
COUNTED = [
    {"data": {"ticks": {"name": "tick 0", "id": "0"}}},
    {"data": {"ticks": {"name": None, "id": "1"}}},
    {"data": {"ticks": {"name": "tick 2", "id": "2"}}},
]


@each
async def test_over_server_sent_events(routers):
    client, ticker = routers
    events = await read_events(client, COUNT)
    assert events == [*(("next", one) for one in COUNTED), ("complete", None)]
    await asyncio.wait_for(ticker.closed.wait(), 60)


@each
async def test_the_query_root_below_an_event(routers):
    client, _ = routers
    query = "subscription ($n: String!) { start { query { __typename now __type(name: $n) { name } } } }"
    events = await read_events(client, {"query": query, "variables": {"n": "Tick"}})
    below = {"__typename": "Query", "now": 1, "__type": {"name": "Tick"}}
    assert events == [("next", {"data": {"start": {"query": below}}}), ("complete", None)]


@each
async def test_over_multipart(routers):
    client, ticker = routers
    assert await read_parts(client, COUNT) == [{"payload": one} for one in COUNTED]
    await asyncio.wait_for(ticker.closed.wait(), 60)
    broken = await read_parts(client, {"query": "subscription { broken }"})
    assert broken[0] == {"payload": {"data": {"broken": 1}}}
    assert broken[1]["payload"]["errors"][0]["message"] == "Internal error"
    assert "internal text" not in json.dumps(broken)
    query = {"query": "{ now }"}
    headers = {"accept": "multipart/mixed;subscriptionSpec=1.0, application/json"}
    assert (await client.post("/graphql", json=query, headers=headers)).json() == {
        "data": {"now": 1}
    }


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
async def test_multipart_shows_that_it_is_alive_and_ends_with_its_client(routers, monkeypatch):
    monkeypatch.setattr("reelgraph_router.http.multipart.HEARTBEAT_SECONDS", 0.01)
    client, ticker = routers
    headers = {"accept": "multipart/mixed;subscriptionSpec=1.0"}
    payload = {"query": "subscription { endless }"}
    seen = ""
    async with client.stream("POST", "/graphql", json=payload, headers=headers) as response:
        async for text in response.aiter_text():
            seen += text
            if "\r\n\r\n{}\r\n---" in seen and '{"payload":{"data":{"endless":1}}}' in seen:
                break
        else:
            raise AssertionError(seen)
    await asyncio.wait_for(ticker.closed.wait(), 60)


@each
async def test_over_websocket(routers):
    client, _ = routers
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        assert await socket.read() == {"type": "connection_ack"}
        await socket.send(type="ping")
        assert await socket.read() == {"type": "pong"}
        await socket.send(type="subscribe", id="a", payload=COUNT)
        for expected in COUNTED:
            assert await socket.read() == {"type": "next", "id": "a", "payload": expected}
        assert await socket.read() == {"type": "complete", "id": "a"}
        await socket.send(type="subscribe", id="a", payload={"query": "{ now }"})
        assert await socket.read() == {"type": "next", "id": "a", "payload": {"data": {"now": 1}}}
        assert (await socket.read())["type"] == "complete"
        await socket.send(type="subscribe", id="b", payload={"query": "subscription { no }"})
        refused = await socket.read()
        assert (refused["type"], refused["id"]) == ("error", "b")
        assert refused["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@each
async def test_what_a_client_stops_is_stopped_at_the_subgraph(routers):
    client, ticker = routers
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        await socket.read()
        await socket.send(type="subscribe", id="1", payload={"query": "subscription { endless }"})
        assert (await socket.read())["payload"] == {"data": {"endless": 1}}
        await socket.send(type="complete", id="1")
        await asyncio.wait_for(ticker.closed.wait(), 60)


@each
async def test_a_client_that_leaves_stops_its_subscription(routers):
    client, ticker = routers
    reading = asyncio.ensure_future(read_events(client, {"query": "subscription { endless }"}))
    await asyncio.wait_for(ticker.started.wait(), 60)
    reading.cancel()
    await asyncio.wait_for(ticker.closed.wait(), 60)


@each
async def test_a_stream_that_fails_says_so(routers):
    client, _ = routers
    events = await read_events(client, {"query": "subscription { broken }"})
    assert events[0] == ("next", {"data": {"broken": 1}})
    assert [kind for kind, _ in events] == ["next", "next", "complete"]
    assert events[1][1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "internal text" not in json.dumps(events)


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
async def test_connections_that_break_the_protocol_are_closed(routers):
    client, _ = routers
    init, endless = {"type": "connection_init"}, {"query": "subscription { endless }"}
    subscribe = {"type": "subscribe", "id": "1", "payload": endless}
    for messages, code in (
        ([{"type": "subscribe", "id": "1", "payload": COUNT}], 4401),
        ([{"type": "nonsense"}], 4400),
        ([{}], 4400),
        (["{oops"], 4400),
        (["[]"], 4400),
        (["7"], 4400),
        ([b"\xff\x00"], 4400),
        (["[" * 3000], 4400),
        ([init, init], 4429),
        ([init, {"type": "subscribe", "id": "1"}], 4400),
        ([init, {"type": "subscribe", "id": "", "payload": endless}], 4400),
        ([init, {"type": "subscribe", "id": 1, "payload": endless}], 4400),
        ([init, {"type": "subscribe", "id": "1", "payload": []}], 4400),
        ([init, subscribe, subscribe], 4409),
        ([init, *({**subscribe, "id": str(n)} for n in range(101))], 4400),
    ):
        async with Socket(client, **PROTOCOL) as socket:
            for message in messages:
                if isinstance(message, dict):
                    await socket.send(**message)
                else:
                    await socket.socket.send(message)
            assert await socket.closed() == code, messages
    now = await client.post("/graphql", json={"query": "{ now }"})
    assert now.json() == {"data": {"now": 1}}


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
async def test_a_connection_that_is_not_initialised_is_closed(routers, monkeypatch):
    client, _ = routers
    monkeypatch.setattr("reelgraph_router.http.websocket.INIT_SECONDS", 0.01)
    async with Socket(client, **PROTOCOL) as socket:
        assert await socket.closed() == 4408


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
async def test_an_id_is_free_when_its_operation_is_over(routers):
    client, _ = routers
    subscribe = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { endless }"}}
    wrong = {**subscribe, "payload": {"query": "{ no }"}}
    async with Socket(client, **PROTOCOL) as socket:
        await socket.send(type="connection_init")
        await socket.read()
        await socket.send(type="complete", id="never there")
        for _ in range(5):
            await socket.send(**subscribe)
            assert (await socket.read())["payload"] == {"data": {"endless": 1}}
            await socket.send(type="complete", id="1")
            await socket.send(**wrong)
            assert (await socket.read())["type"] == "error"
        await socket.send(**subscribe)
        await socket.send(type="complete", id="1")
        await socket.send(type="ping", payload={"a": 1})
        while (message := await socket.read())["type"] != "pong":
            assert message["type"] == "next"


async def test_clients_cannot_speak_for_proxies(tmp_path):
    seen = []
    hooks = Hooks(request=(lambda request: seen.append(request.identity),))
    plain = supergraph(Subgraph("source", "http://x/", TICKS))
    given = {"X-Forwarded-For": "203.0.113.9", "headers": {"x-country": "NO", "x-tag": "t"}}
    transport = MemoryTransport({"source": Ticker().handle})
    settings = {"trusted_proxies": "127.0.0.0/8", "country_header": "X-Country"}
    async with (
        live(tmp_path, plain, transport, hooks, **settings) as client,
        Socket(
            client, **PROTOCOL, additional_headers={"X-Forwarded-For": "198.51.100.1"}
        ) as socket,
    ):
        await socket.send(type="connection_init", payload=given)
        await socket.read()
        await socket.send(type="subscribe", id="1", payload={"query": "{ now }"})
        assert (await socket.read())["payload"] == {"data": {"now": 1}}
    assert [(one.address, one.country) for one in seen] == [("198.51.100.1", None)]


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
@pytest.mark.parametrize("options", [{}, {**PROTOCOL, "origin": "https://evil.example"}])
async def test_connections_are_refused(routers, options):
    client, _ = routers
    with pytest.raises(InvalidStatus, match="403"):
        await Socket(client, **options).__aenter__()


@pytest.mark.parametrize("routers", ["ws"], indirect=True)
async def test_subscriptions_need_an_answer_in_parts(routers):
    client, _ = routers
    answer = await client.post("/graphql", json=COUNT)
    assert answer.status_code == 406
    assert "text/event-stream" in answer.json()["errors"][0]["message"]
    events = await read_events(client, {"query": "{ now }"})
    assert events == [("next", {"data": {"now": 1}}), ("complete", None)]
