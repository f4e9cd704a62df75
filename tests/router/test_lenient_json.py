"""JSON that orjson refuses: what is read of it, and how it goes through the router."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.answers.lenient_json import read_leniently
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.transport.port import SubgraphAnswer

READ = {
    # what a subgraph writes: what is written of it
    b'{"a":1e400,"b":[-1E+999]}': b'{"a":1e400,"b":[-1E+999]}',
    b'["\\ud800x","\\udc00","\\ud83d\\ude00"]': '["\ufffdx","\ufffd","\U0001f600"]'.encode(),
    b'{"\\ud800":[{"a":true},null,"",1.5]}': '{"\ufffd":[{"a":true},null,"",1.5]}'.encode(),
    b"[18446744073709551615,-9223372036854775808,1e400]": (
        b"[18446744073709551615,-9223372036854775808,1e400]"
    ),
}
REFUSED = [b"", b"{", b"NaN", b"[Infinity]", b"[-Infinity]", b"[1e400,]", b'"\xff"', b"1 2"]


@pytest.mark.parametrize("written", READ)
def test_is_read(written):
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(written)
    assert orjson.dumps(read_leniently(written)) == READ[written]


@pytest.mark.parametrize("written", REFUSED)
def test_is_no_json(written):
    with pytest.raises(ValueError, match=r".*"):
        read_leniently(written)


SDL = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
scalar JSON
"""


class Fixed:
    """Answers what it was given, and keeps the bodies of requests."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self.bodies: dict[str, bytes] = {}

    def send(self, request, deliver):
        self.bodies[request.subgraph] = bytes(request.body)
        answer = SubgraphAnswer(200, [], self.answers[request.subgraph])
        asyncio.get_running_loop().call_soon(deliver, answer)
        return self

    def cancel(self) -> None:
        """Nothing is under way for long."""


async def test_a_number_goes_through_as_it_came():
    """To the client, and to the subgraph that requires it."""
    first = b'{"data":{"thing":{"id":"1","any":{"x":[1e400]},"text":"cut \\ud83d"}}}'
    thing = f'{SDL} type Thing @key(fields: "id") {{ id: ID!'
    found = compose(
        [
            Subgraph("one", "http://one", f"{thing} any: JSON text: String }} type Query {{ thing: Thing }}"),
            Subgraph("two", "http://two", f'{thing} any: JSON @external size: Int @requires(fields: "any") }}'),
        ]
    )  # fmt: skip
    assert found.supergraph_sdl is not None, found.errors
    transport = Fixed({"one": first, "two": b'{"data":{"_entities":[{"size":3}]}}'})
    router = await EmbeddedRouter.of(found.supergraph_sdl, transport)
    answer = await router.pipeline.handle(ClientRequest("{ thing { any text size } }"))
    expected = '{"data":{"thing":{"any":{"x":[1e400]},"text":"cut \ufffd","size":3}}}'
    assert answer.body == expected.encode()
    assert b'"any":{"x":[1e400]}' in transport.bodies["two"]
