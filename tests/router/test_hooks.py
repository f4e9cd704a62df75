"""Hooks: what they may change and refuse."""

from __future__ import annotations

import pytest
from serving import hello_supergraph

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.errors import refuse
from reelgraph_router.hooks import Hooks, HttpAnswer, call
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.transport.memory import MemoryTransport


async def test_request_hooks_change_and_refuse():
    seen: list[str] = []

    def remember(request: ClientRequest) -> None:
        seen.append(request.query)

    async def refuse_secrets(request: ClientRequest) -> None:
        if "secret" in request.query:
            raise refuse("Not for you.", "FORBIDDEN", 403)
        request.subgraph_headers += b"x-tenant: t1\r\n"

    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    hooks = Hooks(request=(remember, refuse_secrets))
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=hooks)
    assert await router.execute("{ hello }") == {"data": {"hello": "w"}}
    assert transport.calls["one"][0].headers["x-tenant"] == "t1"
    refused = await router.execute("{ secret }")
    assert refused == {"errors": [{"message": "Not for you.", "extensions": {"code": "FORBIDDEN"}}]}
    assert seen == ["{ hello }", "{ secret }"]
    assert len(transport.calls["one"]) == 1


async def test_a_hook_that_fails_tells_the_client_nothing():
    def fail(request: ClientRequest) -> None:
        raise RuntimeError("an internal text")

    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    router = await EmbeddedRouter.of(hello_supergraph(), transport, hooks=Hooks(request=(fail,)))
    answer = await router.execute("{ hello }")
    assert answer == {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL"}}]}


@pytest.mark.parametrize("status", [200, 503])
async def test_response_hooks_change_the_answer(status):
    def mark(answer: HttpAnswer) -> None:
        answer.status = status
        answer.headers.append((b"x-mark", b"1"))

    answer = HttpAnswer(200, [], b"{}")
    await call((mark,), answer)
    assert (answer.status, answer.headers) == (status, [(b"x-mark", b"1")])
