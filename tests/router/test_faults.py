"""What clients get when a subgraph misbehaves, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json

import orjson
import pytest
from live import live
from serving import hello_supergraph

from reelgraph_federation import Subgraph, compose
from reelgraph_router.settings import RouterSettings

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


def http(body: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> bytes:
    return (
        b"HTTP/1.1 %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b"
        % (status, kind, len(body), body)
    )  # fmt: skip


UNAVAILABLE, INVALID = "SUBGRAPH_UNAVAILABLE", "SUBGRAPH_ANSWER_INVALID"
FAULTS = {
    # name: (what the subgraph writes, whether it keeps the connection, code, data of `hello`)
    "hangs up": (b"", False, UNAVAILABLE, None),
    "never answers": (b"", True, "SUBGRAPH_TIMEOUT", None),
    "no HTTP": (b"what?\r\n\r\n", True, INVALID, None),
    "no JSON": (http(b"<html>"), True, INVALID, None),
    "JSON, but a list": (http(b"[]"), True, INVALID, None),
    "no data": (http(b"{}"), True, INVALID, None),
    "data of a wrong type": (http(b'{"data":[]}'), True, INVALID, None),
    "null data": (http(b'{"data":null}'), True, INVALID, None),
    "server error": (http(b"oops", b"500 Oops"), True, "SUBGRAPH_HTTP_ERROR", None),
    "not found, with JSON": (http(b'{"detail":"no"}', b"404 No"), True, "SUBGRAPH_HTTP_ERROR", None),
    "not found, without a body": (http(b"", b"404 No"), True, "SUBGRAPH_HTTP_ERROR", None),
    "a redirect": (
        http(b"", b"307 Temporary Redirect\r\nlocation: http://127.0.0.1:9/"), True,
        "SUBGRAPH_HTTP_ERROR", None,
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", True, INVALID, None),
    "JSON, but a string": (http(b'"hello"'), True, INVALID, None),
    "JSON, but null": (http(b"null"), True, INVALID, None),
    "JSON that is cut": (http(b'{"data":{"hello":"wor'), True, INVALID, None),
    "bytes that are no UTF-8": (http(b'{"data":{"hello":"\xff\xfe"}}'), True, INVALID, None),
    "a number that JSON does not have": (http(b'{"data":{"hello":NaN}}'), True, INVALID, None),
    "nested too deeply": (http(b"[" * 2000), True, INVALID, None),
    "null data with empty errors": (http(b'{"data":null,"errors":[]}'), True, INVALID, None),
    "a string for data": (http(b'{"data":"hello"}'), True, INVALID, None),
    "broken gzip": (
        http(b"\x1f\x8b\x08", b"200 OK\r\ncontent-encoding: gzip"), True, INVALID, None,
    ),
    "breaks off in the head": (b"HTTP/1.1 200 OK\r\ncontent-", False, UNAVAILABLE, None),
    "breaks off in the body": (
        b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"data":{"hello":"w"}}', False,
        UNAVAILABLE, None,
    ),
    "stops in the middle": (
        b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"data":{"hello":"w"}}', True,
        "SUBGRAPH_TIMEOUT", None,
    ),
    "a list for a text": (http(b'{"data":{"hello":["w"]}}'), True, "INVALID_VALUE", None),
    "errors that are no objects": (
        http(b'{"data":null,"errors":["oops"]}'), True, "DOWNSTREAM_SERVICE_ERROR", None,
    ),
    "an error at a place that is not there": (
        http(b'{"data":{"hello":null},"errors":[{"message":"hm","path":["hello",3,"x"]}]}'), True,
        "DOWNSTREAM_SERVICE_ERROR", None,
    ),
    "an error with a strange path": (
        http(b'{"data":null,"errors":[{"message":"hm","path":{"a":1}}]}'), True,
        "DOWNSTREAM_SERVICE_ERROR", None,
    ),
    "GraphQL errors with a status": (
        http(b'{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}', b"401 No"),
        True, "UNAUTHENTICATED", None,
    ),
    "too large": (http(b'{"data":{"hello":"' + b"x" * 5000 + b'"}}'), True,
                  "SUBGRAPH_ANSWER_TOO_LARGE", None),
    "value of a wrong type": (http(b'{"data":{"hello":{"a":1}}}'), True, "INVALID_VALUE", None),
    "errors beside data": (
        http(b'{"data":{"hello":"w"},"errors":[{"message":"hm","extensions":{"code":"ODD"}}]}'),
        True, "ODD", "w",
    ),
    "an error without a code": (
        http(b'{"data":{"hello":null},"errors":[{"message":"hm","path":["hello"]}]}'),
        True, "DOWNSTREAM_SERVICE_ERROR", None,
    ),
    "errors of a wrong type": (http(b'{"data":{"hello":"w"},"errors":{}}'), True, INVALID, None),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_fault(name, tmp_path, start_raw_server):
    written, keep, code, hello = FAULTS[name]

    async def behave(reader, writer, body):
        writer.write(written)
        return keep

    server = await start_raw_server(behave)
    # Only the server that never answers needs a short time; the rest must not lose to a busy machine.
    seconds = 0.3 if code == "SUBGRAPH_TIMEOUT" else 20.0
    settings = {"subgraph_timeout_seconds": seconds, "max_subgraph_answer_bytes": 4000}
    async with live(tmp_path, hello_supergraph(server.url), **settings) as client:
        answer = await client.post("/graphql", json={"query": "{ hello __typename }"})
    assert answer.status_code == 200
    document = answer.json()
    assert document["data"] == {"hello": hello, "__typename": "Query"}
    assert [error["extensions"]["code"] for error in document["errors"]] == [code]
    if code != "ODD":
        assert document["errors"][0]["path"] == ["hello"]
    assert "Traceback" not in answer.text


GZIPPED = gzip.compress(b'{"data":{"hello":"w"}}')
STRANGE = {
    # name: what the subgraph writes: unusual, but an answer
    "another content type": http(b'{"data":{"hello":"w"}}', kind=b"text/html; charset=latin1"),
    "no content type": b'HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n{"data":{"hello":"w"}}',
    "data with a status": http(b'{"data":{"hello":"w"}}', b"500 Oops"),
    "gzip": http(GZIPPED, b"200 OK\r\ncontent-encoding: gzip"),
    "space around": http(b' \r\n\t{ "data" : {"hello":"w"} , "errors":[]}\n'),
    "more than was asked for": http(b'{"data":{"hello":"w","more":{"a":[1]}},"extensions":{"x":1},"y":2}'),
    "the same key twice": http(b'{"data":{"hello":"v","hello":"w"}}'),
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" + http(b'{"data":{"hello":"w"}}'),
    "half of a surrogate pair": http(b'{"data":{"hello":"w","more":"\\ud83d"}}'),
    "a number beyond a double": http(b'{"data":{"hello":"w","more":[-1e400]}}'),
    "a byte order mark": http(b'\xef\xbb\xbf{"data":{"hello":"w"}}'),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
async def test_strange_answers(name, tmp_path, start_raw_server):
    async def behave(reader, writer, body):
        writer.write(STRANGE[name])
        return True

    server = await start_raw_server(behave)
    async with live(tmp_path, hello_supergraph(server.url)) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.json() == {"data": {"hello": "w"}}


def pair(url: str) -> str:
    """A supergraph of a list of things in one subgraph, completed by another at the same address."""
    result = compose(
        [
            Subgraph("left", f"{url}/left", LINK + 'type Query { things: [Thing!]! } '
                     'type Thing @key(fields: "id") { id: ID! }'),
            Subgraph("right", f"{url}/right", LINK + 'type Thing @key(fields: "id") '
                     "{ id: ID! size: Int more: Thing }"),
            Subgraph("third", f"{url}/third", LINK + 'type Thing @key(fields: "id") '
                     "{ id: ID! colour: String }"),
        ]
    )  # fmt: skip
    assert result.supergraph_sdl is not None, result.errors
    return result.supergraph_sdl


ENTITIES = {
    "too few": ([{"size": 1}], [1, None], [("things", 1)], INVALID),
    "of a wrong type": ([{"size": 1}, 7], [1, None], [("things", 1)], INVALID),
    "none at all": (None, [None, None], [("things", 0), ("things", 1)], INVALID),
    "too many": ([{"size": 1}, {"size": 2}, {"size": 3}], [1, 2], [], None),
    "no list": ({"0": {"size": 1}}, [None, None], [("things", 0), ("things", 1)], INVALID),
    "a text": ("entities", [None, None], [("things", 0), ("things", 1)], INVALID),
    "lists in the list": ([[{"size": 1}], {"size": 2}], [None, 2], [("things", 0)], INVALID),
    "of another type": ([{"__typename": "Nope", "size": 1}, {"size": 2}], [1, 2], [], None),
    "values of a wrong type": (
        [{"size": "big"}, {"size": 2}],
        [None, 2],
        [("things", 0, "size")],
        "INVALID_VALUE",
    ),
    "all unknown": ([None, None], [None, None], [], None),
    "one unknown": ([{"size": 1}, None], [1, None], [], None),
}


@pytest.mark.parametrize("name", ENTITIES)
async def test_entities(name, tmp_path, start_raw_server):
    entities, sizes, paths, code = ENTITIES[name]

    async def behave(reader, writer, body):
        things = {"things": [{"id": "1"}, {"id": "2"}]}
        data = {"_entities": entities} if b"_entities" in body else things
        writer.write(http(orjson.dumps({"data": data})))
        return True

    server = await start_raw_server(behave)
    async with live(tmp_path, pair(server.url)) as client:
        answer = (await client.post("/graphql", json={"query": "{ things { size } }"})).json()
    assert [thing["size"] for thing in answer["data"]["things"]] == sizes
    errors = answer.get("errors", [])
    assert [tuple(error["path"]) for error in errors] == paths
    assert {error["extensions"]["code"] for error in errors} == ({code} if code else set())


async def test_what_depends_on_a_failed_fetch_is_not_called(tmp_path, start_raw_server):
    async def behave(reader, writer, body):
        if b"more" in body:
            return False
        writer.write(http(b'{"data":{"things":[{"id":"1"},{"id":"1"}]}}'))
        return True

    server = await start_raw_server(behave)
    query = {"query": "{ things { id more { colour } } }"}
    async with live(tmp_path, pair(server.url)) as client:
        answer = (await client.post("/graphql", json=query)).json()
    assert answer["data"] == {"things": [{"id": "1", "more": None}, {"id": "1", "more": None}]}
    assert [error["path"] for error in answer["errors"]] == [["things", 0], ["things", 1]]
    assert [head.split()[1] for head in server.heads] == [b"/graphql/left", b"/graphql/right"]


def test_errors_are_hidden_by_default():
    assert not RouterSettings().expose_subgraph_errors
    assert RouterSettings().expose_errors_of == ()


@pytest.mark.parametrize(
    ("shown", "code", "told"),
    [
        ("", "NOT_FOUND", {"code": "NOT_FOUND"}),
        ("", "relation users of db-7 is missing", {"code": "DOWNSTREAM_SERVICE_ERROR"}),
        ("", "", {"code": "DOWNSTREAM_SERVICE_ERROR"}),
        ("another", "NOT_FOUND", {"code": "NOT_FOUND"}),
        ("another,one", "NOT_FOUND", {"code": "NOT_FOUND", "sql": "SELECT 1", "subgraph": "one"}),
    ],
)
async def test_what_is_told_of_a_subgraphs_error(tmp_path, start_raw_server, shown, code, told):
    error = {"message": "SELECT", "extensions": {"code": code, "sql": "SELECT 1"}}

    async def behave(reader, writer, body):
        writer.write(http(json.dumps({"data": None, "errors": [error]}).encode()))
        return True

    server = await start_raw_server(behave)
    settings = {"expose_subgraph_errors": False, "expose_errors_of": shown}
    async with live(tmp_path, hello_supergraph(server.url), **settings) as client:
        answer = (await client.post("/graphql", json={"query": "{ hello }"})).json()
    assert answer["errors"][0]["extensions"] == told
    assert (answer["errors"][0]["message"] == "SELECT") is ("one" in shown.split(","))


async def test_how_a_subgraph_could_not_be_reached_is_hidden(tmp_path):
    sdl = hello_supergraph("http://127.0.0.1:9/graphql")
    async with live(tmp_path, sdl, expose_subgraph_errors=False) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    [error] = answer.json()["errors"]
    assert error["message"] == "A part of the answer could not be fetched."
    assert error["extensions"] == {"code": "SUBGRAPH_UNAVAILABLE"}
    assert "127.0.0.1" not in answer.text


async def test_subgraphs_are_not_named_where_errors_are_hidden(tmp_path, start_raw_server):
    async def behave(reader, writer, body):
        writer.write(http(b'{"data":null,"errors":[{"message":"SELECT * FROM secrets"}]}'))
        return True

    server = await start_raw_server(behave)
    sdl = hello_supergraph(server.url)
    async with live(tmp_path, sdl, expose_subgraph_errors=False) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.json()["errors"][0]["extensions"] == {"code": "DOWNSTREAM_SERVICE_ERROR"}
    assert "SELECT" not in answer.text
    assert "one" not in answer.text


async def test_a_client_that_leaves_cancels_its_calls(tmp_path, start_raw_server):
    arrived = asyncio.Event()

    async def behave(reader, writer, body):
        arrived.set()
        await reader.read()
        return False

    server = await start_raw_server(behave)
    async with live(tmp_path, hello_supergraph(server.url)) as client:
        asking = asyncio.ensure_future(client.post("/graphql", json={"query": "{ hello }"}))
        await asyncio.wait_for(arrived.wait(), 60)
        asking.cancel()
        await asyncio.wait_for(server.closed.wait(), 60)


async def test_equal_queries_share_one_call_and_survive_who_asked_first(tmp_path, start_raw_server):
    gate, arrived = asyncio.Event(), asyncio.Event()

    async def behave(reader, writer, body):
        arrived.set()
        await gate.wait()
        writer.write(http(b'{"data":{"hello":"w"}}'))
        return True

    server = await start_raw_server(behave)
    async with live(tmp_path, hello_supergraph(server.url)) as client:
        ask = [
            asyncio.ensure_future(client.post("/graphql", json={"query": "{ hello }"}))
            for _ in range(4)
        ]
        await asyncio.wait_for(arrived.wait(), 60)
        warm = await client.post("/graphql", json={"query": "{ __typename }"})
        assert warm.json() == {"data": {"__typename": "Query"}}
        ask[0].cancel()
        gate.set()
        answers = await asyncio.gather(*ask[1:])
    assert [answer.json() for answer in answers] == [{"data": {"hello": "w"}}] * 3
    assert len(server.bodies) == 1


async def test_the_whole_request_has_a_deadline(tmp_path, start_raw_server):
    async def behave(reader, writer, body):
        await reader.read()
        return False

    server = await start_raw_server(behave)
    sdl = hello_supergraph(server.url)
    async with live(tmp_path, sdl, request_timeout_seconds=0.2) as client:
        answer = (await client.post("/graphql", json={"query": "{ hello __typename }"})).json()
    assert answer["data"] == {"hello": None, "__typename": "Query"}
    assert answer["errors"][0]["extensions"]["code"] == "GATEWAY_TIMEOUT"
    assert b"reelgraph-deadline: " in server.heads[0]


async def test_each_subgraph_has_its_time(tmp_path, start_raw_server):
    """The slow one is given up while the other, which answers only then, is still waited for."""
    gone = asyncio.Event()

    async def never(reader, writer, body):
        await reader.read()  # until the router hangs up
        gone.set()
        return False

    async def patiently(reader, writer, body):
        await gone.wait()
        writer.write(http(b'{"data":{"fast":1}}'))
        return True

    slow, fast = await start_raw_server(never), await start_raw_server(patiently)
    made = compose(
        [
            Subgraph("slow", slow.url, "type Query { slow: Int }"),
            Subgraph("fast", fast.url, "type Query { fast: Int }"),
        ]
    )
    assert made.supergraph_sdl is not None
    query = {"query": "{ slow fast }"}
    async with live(tmp_path, made.supergraph_sdl, subgraph_timeouts="slow=0.2") as client:
        answer = (await client.post("/graphql", json=query)).json()
    assert answer["data"] == {"slow": None, "fast": 1}
    assert [(one["path"], one["extensions"]["code"]) for one in answer["errors"]] == [
        (["slow"], "SUBGRAPH_TIMEOUT")
    ]
