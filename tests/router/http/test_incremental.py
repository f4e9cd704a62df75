"""Answers in parts, byte by byte on real sockets."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from live import live
from serving import hello_supergraph

from reelgraph_router.transport.memory import MemoryTransport

SDL = "type Query { hello: String slow: String broken: String! }"
QUERY = '{ hello ... @defer(label: \\"later\\") { slow } }'
PART = "\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
MULTIPART = "multipart/mixed"
FIRST = '{"data":{"hello":"world"},"hasNext":true}'
LATER = '{"incremental":[{"data":{"slow":"at last"},"path":[],"label":"later"}],"hasNext":false}'
NEW_FIRST = (
    '{"data":{"hello":"world"},"pending":[{"id":"0","path":[],"label":"later"}],"hasNext":true}'
)
NEW_LATER = '{"incremental":[{"id":"0","data":{"slow":"at last"}}],"completed":[{"id":"0"}],"hasNext":false}'
WHOLE = '{"data":{"hello":"world","slow":"at last"}}'


class Subgraph:
    """Answers `slow` when `opened` is set; `asked` tells that it was asked, `left` that nobody waits."""

    def __init__(self) -> None:
        self.opened, self.asked, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.transport = MemoryTransport({"one": self.answer})

    async def answer(self, request):
        if "broken" in request.query:
            return {"data": None, "errors": [{"message": "no", "path": ["broken"]}]}
        if "slow" not in request.query:
            return {"data": {"hello": "world"}}
        self.asked.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
        data = {"slow": "at last"}
        return {"data": data | ({"hello": "world"} if "hello" in request.query else {})}


def raw_request(accept: str, query: str = QUERY) -> bytes:
    body = f'{{"query":"{query}"}}'
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\naccept: {accept}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


async def connect(client: httpx.AsyncClient):
    return await asyncio.open_connection(client.base_url.host, client.base_url.port)


async def read_head(reader: asyncio.StreamReader) -> dict[str, str]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = head.rstrip().split("\r\n")
    return {"status": lines[0].split()[1]} | dict(line.lower().split(": ", 1) for line in lines[1:])


async def read_chunk(reader: asyncio.StreamReader) -> str:
    size = int(await reader.readline(), 16)
    chunk = await reader.readexactly(size + 2)
    return chunk[:-2].decode()


FORMATS = {
    "named": (f"{MULTIPART};deferSpec=20220824", "deferspec=20220824", FIRST, LATER),
    "quoted": (f'{MULTIPART}; deferSpec="20220824", application/json', "deferspec=20220824", FIRST, LATER),
    "unnamed": (f"application/json, {MULTIPART}", "deferspec=20220824", FIRST, LATER),
    "newer": (f"{MULTIPART};incrementalSpec=v0.2", "incrementalspec=v0.2", NEW_FIRST, NEW_LATER),
    "both": (
        f"{MULTIPART};incrementalSpec=v0.2,{MULTIPART};deferSpec=20220824",
        "incrementalspec=v0.2", NEW_FIRST, NEW_LATER,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
async def test_multipart(name, tmp_path):
    accept, parameter, first, later = FORMATS[name]
    subgraph = Subgraph()
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        reader, writer = await connect(client)
        writer.write(raw_request(accept))
        head = await read_head(reader)
        assert head["status"] == "200"
        assert head["content-type"] == f'multipart/mixed; boundary="-"; {parameter}'
        assert head["cache-control"] == "no-cache"
        assert await read_chunk(reader) == f"\r\n---{PART}{first}\r\n---"
        subgraph.opened.set()
        assert await read_chunk(reader) == f"{PART}{later}\r\n---"
        assert await read_chunk(reader) == "--\r\n"
        assert await read_chunk(reader) == ""
        writer.close()


EVENTS = {
    "plain": ("text/event-stream", FIRST, LATER),
    "newer": ("text/event-stream;incrementalSpec=v0.2", NEW_FIRST, NEW_LATER),
}


@pytest.mark.parametrize("name", EVENTS)
async def test_event_stream(name, tmp_path):
    accept, first, later = EVENTS[name]
    subgraph = Subgraph()
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        reader, writer = await connect(client)
        writer.write(raw_request(accept))
        head = await read_head(reader)
        assert head["content-type"] == "text/event-stream; charset=utf-8"
        assert await read_chunk(reader) == ":\n\n"
        assert await read_chunk(reader) == f"event: next\ndata: {first}\n\n"
        subgraph.opened.set()
        assert await read_chunk(reader) == f"event: next\ndata: {later}\n\n"
        assert await read_chunk(reader) == "event: complete\ndata:\n\n"
        writer.close()


ONE_PIECE = {
    # name: (accept, query)
    "JSON only": ("application/json", QUERY),
    "another format": (f"{MULTIPART};deferSpec=20991231, application/json", QUERY),
    "subscriptions only": (f"{MULTIPART};subscriptionSpec=1.0, application/json", QUERY),
    "weighed out": (f"{MULTIPART};q=0, application/json", QUERY),
    "switched off": (f"{MULTIPART}, application/json", QUERY.replace("label", "if: false, label")),
    "not deferred": (f"{MULTIPART}, application/json", "{ hello slow }"),
}


@pytest.mark.parametrize("name", ONE_PIECE)
async def test_in_one_piece(name, tmp_path):
    accept, query = ONE_PIECE[name]
    subgraph = Subgraph()
    subgraph.opened.set()
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        reader, writer = await connect(client)
        writer.write(raw_request(accept, query))
        head = await read_head(reader)
        assert head["content-type"] == "application/json; charset=utf-8"
        assert (await reader.readexactly(int(head["content-length"]))).decode() == WHOLE
        writer.close()


async def test_multipart_alone_takes_a_single_answer(tmp_path):
    subgraph = Subgraph()
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        headers = {"accept": MULTIPART}
        answer = await client.post("/graphql", json={"query": "{ hello }"}, headers=headers)
        assert answer.text == f'\r\n---{PART}{{"data":{{"hello":"world"}}}}\r\n-----\r\n'
        refused = await client.post("/graphql", json={"query": "{ no }"}, headers=headers)
        assert refused.headers["content-type"] == "application/json; charset=utf-8"
        assert refused.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("accept", [f"{MULTIPART};deferSpec=20220824", "text/event-stream"])
async def test_a_client_that_leaves_midway(accept, tmp_path):
    """What is still asked for it is given up."""
    subgraph = Subgraph()
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        reader, writer = await connect(client)
        writer.write(raw_request(accept))
        await read_head(reader)
        await read_chunk(reader)
        await subgraph.asked.wait()
        writer.close()
        await asyncio.wait_for(subgraph.left.wait(), 60)


async def test_a_fault_touches_its_part_alone(tmp_path):
    subgraph = Subgraph()
    query = '{ hello ... @defer(label: \\"b\\") { broken } ... @defer(label: \\"s\\") { slow } }'
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport) as client:
        reader, writer = await connect(client)
        writer.write(raw_request(f"{MULTIPART};deferSpec=20220824", query))
        await read_head(reader)
        assert FIRST in await read_chunk(reader)
        assert (
            '{"incremental":[{"data":null,"path":[],"label":"b","errors":[{"message":"no",'
            '"path":["broken"],' in await read_chunk(reader)
        )
        subgraph.opened.set()
        assert '[{"data":{"slow":"at last"},"path":[],"label":"s"}],"hasNext":false}' in (
            await read_chunk(reader)
        )
        writer.close()


async def test_what_is_late_fails_alone(tmp_path):
    subgraph = Subgraph()
    settings = {"request_timeout_seconds": 1.0}
    async with live(tmp_path, hello_supergraph(sdl=SDL), subgraph.transport, **settings) as client:
        headers = {"accept": f"{MULTIPART};deferSpec=20220824"}
        query = QUERY.replace("\\", "")
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
        assert FIRST in answer.text
        assert '{"data":{"slow":null},"path":[],"label":"later","errors":[' in answer.text
        assert '"code":"GATEWAY_TIMEOUT"' in answer.text
        await asyncio.wait_for(subgraph.left.wait(), 60)


REFUSED = {
    "two labels": '{ ... @defer(label: "a") { hello } ... @defer(label: "a") { slow } }',
    "label of a variable": "query ($a: String!) { ... @defer(label: $a) { hello } }",
    "root of a mutation": "mutation { ... @defer { bump } }",
    "subscription": "subscription { ticks ... @defer { ticks } }",
    "too many": "{ hello " + "... @defer { slow } " * 101 + "}",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refused(name, tmp_path):
    sdl = hello_supergraph(
        sdl=SDL + " type Mutation { bump: Int } type Subscription { ticks: Int }"
    )
    async with live(tmp_path, sdl, Subgraph().transport) as client:
        headers = {"accept": f"{MULTIPART}, application/graphql-response+json"}
        payload = {"query": REFUSED[name], "variables": {"a": "x"}}
        answer = await client.post("/graphql", json=payload, headers=headers)
    assert answer.status_code == 400, answer.text
    code = answer.json()["errors"][0]["extensions"]["code"]
    assert code in ("GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED")


async def test_the_plan_comes_first_and_the_times_last(tmp_path):
    subgraph = Subgraph()
    subgraph.opened.set()
    sdl = hello_supergraph(sdl=SDL)
    async with live(tmp_path, sdl, subgraph.transport, expose_plan=True) as client:
        headers = {"accept": MULTIPART, "reelgraph-include-plan": "1"}
        query = QUERY.replace("\\", "")
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
    bodies = [one.partition("\r\n\r\n")[2] for one in answer.text.split("\r\n---")[1:3]]
    plans = [json.loads(one)["extensions"]["queryPlan"] for one in bodies]
    assert all('Defer 0 (label: "later"' in plan["text"] for plan in plans)
    assert [fetch["id"] for fetch in plans[1]["fetches"]] == [0, 1]
    assert all("endedAt" in fetch for fetch in plans[1]["fetches"])


SECRET = "SELECT * FROM secrets"
SECRETS = {
    "a path": {"message": SECRET, "path": ["slow"], "extensions": {"code": "X", "sql": SECRET}},
    "no path": {"message": SECRET},
    "a code that is no code": {"message": SECRET, "extensions": {"code": SECRET}},
}


@pytest.mark.parametrize(
    "accept", [MULTIPART, f"{MULTIPART};incrementalSpec=v0.2", "text/event-stream"]
)
@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("exposed", [True, False])
async def test_errors_of_deferred_parts_are_hidden_like_all_of_subgraphs(
    name, accept, exposed, tmp_path
):
    def answer(request):
        if "slow" in request.query:
            return {"data": {"slow": None}, "errors": [SECRETS[name]]}
        return {"data": {"hello": "world"}}

    transport = MemoryTransport({"one": answer})
    sdl = hello_supergraph(sdl=SDL)
    async with live(tmp_path, sdl, transport, expose_subgraph_errors=exposed) as client:
        query = '{ hello ... @defer(label: "later") { slow } }'
        told = await client.post("/graphql", json={"query": query}, headers={"accept": accept})
    assert '"errors":[{' in told.text
    assert '"hello":"world"' in told.text
    assert (SECRET in told.text, '"subgraph":"one"' in told.text) == (exposed, exposed)
