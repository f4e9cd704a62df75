"""Custom scalars of any depth and integers of any size, through each way, and in variables."""

from __future__ import annotations

import json

import orjson
import pytest
from case_runs import compile_operation
from ways import WAYS, answer_by

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.http.read_request import read_post
from reelgraph_router.json_text import MOST_LEVELS, is_nested_deeper, read_json, write_json
from reelgraph_router.transport.memory import MemoryTransport
from reelgraph_router.transport.port import SubgraphAnswer

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SDL = {
    "one": "scalar JSON type Query { any(v: JSON): JSON n: Int thing: Thing } "
    'type Thing @key(fields: "id") { id: JSON! }',
    "two": 'scalar JSON type Thing @key(fields: "id") { id: JSON! name: String }',
}
LONG = 123_456_789_012_345_678_901_234


def supergraph() -> str:
    result = compose([Subgraph(name, f"http://{name}", LINK + sdl) for name, sdl in SDL.items()])
    assert result.supergraph_sdl is not None
    return result.supergraph_sdl


def nested(depth: int) -> bytes:
    """A list in a list in a list."""
    return b"[" * depth + b"]" * depth


def raw(body: bytes):
    return lambda request: SubgraphAnswer(200, [], body)


async def answers(query: str, body: bytes):
    """What each way makes of the answer of subgraph `one`."""
    found = {}
    for way in WAYS:
        program, variables, schema = compile_operation(supergraph(), {"query": query})
        transport = MemoryTransport(
            {"one": raw(body), "two": lambda _: {"data": {"_entities": [{"name": "x"}]}}}
        )
        try:
            found[way] = (await answer_by(way, program, variables, transport, schema)).body
        except UnsupportedPlan:
            continue
    return found, transport


@pytest.mark.parametrize("depth", [10, 253, 500, 1000])
async def test_deep_values_are_passed_on(depth):
    value = nested(depth)
    found, _ = await answers("{ any n }", b'{"data":{"any":%b,"n":1}}' % value)
    assert set(found.values()) == {b'{"data":{"any":%b,"n":1}}' % value}
    assert "interpreter" in found


@pytest.mark.parametrize("depth", [10, 253, 500, 1000])
async def test_deep_keys_are_sent(depth):
    value = nested(depth)
    found, _ = await answers("{ thing { id name } }", b'{"data":{"thing":{"id":%b}}}' % value)
    assert set(found.values()) == {b'{"data":{"thing":{"id":%b,"name":"x"}}}' % value}


@pytest.mark.parametrize("depth", [1030, 5_000, 100_000])
async def test_what_is_too_deep_to_be_read_is_null_with_an_error(depth):
    found, _ = await answers("{ any }", b'{"data":{"any":%b}}' % nested(depth))
    assert found
    for way, body in found.items():
        told = orjson.loads(body)
        assert told["data"] == {"any": None}, way
        codes = [error["extensions"]["code"] for error in told["errors"]]
        assert codes == ["SUBGRAPH_ANSWER_INVALID"], way


async def test_integers_of_answers_keep_their_digits():
    body = b'{"data":{"any":[%d,-9223372036854775809,1],"n":1}}' % LONG
    found, _ = await answers("{ any n }", body)
    assert set(found.values()) == {body}


async def test_integers_of_variables_keep_their_digits():
    request = read_post(
        b"application/json",
        b'{"query":"query($v: JSON) { any(v: $v) }","variables":{"v":[%d]}}' % LONG,
    )
    bodies = []

    class Transport(MemoryTransport):
        def send(self, request, deliver):
            bodies.append(request.body)
            return super().send(request, deliver)

    router = await EmbeddedRouter.of(
        supergraph(), Transport({"one": raw(b'{"data":{"any":1}}'), "two": raw(b"{}")})
    )
    assert await router.execute(request.query, request.variables) == {"data": {"any": 1}}
    assert b"[%d]" % LONG in bodies[0]


@pytest.mark.parametrize("depth", [MOST_LEVELS + 1, 1000, 100_000])
async def test_variables_that_are_nested_too_deeply_are_refused(depth):
    value: object = 1
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    router = await EmbeddedRouter.of(supergraph(), MemoryTransport({"one": raw(b"{}")}))
    answer = await router.execute("query($v: JSON) { any(v: $v) }", {"v": value})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in answer


def test_what_is_written_is_read_back():
    for value in [
        LONG,
        -LONG,
        [LONG, {"a": [], "b": {}}],
        {"x": [1, "é", None, True, {"y": LONG}]},
    ]:
        assert (
            write_json(value)
            == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        )
        assert read_json(write_json(value)) == value
    assert not is_nested_deeper([[1]], 2)
    assert is_nested_deeper([[1]], 1)


@pytest.mark.parametrize(
    "text", [b"[12345678901234567890,NaN]", b"[12345678901234567890,1e999]", b"{", b"\xff"]
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"JSON|number|UTF|unexpected|EOF"):
        read_json(text)
