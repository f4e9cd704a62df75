"""A query that runs another subgraph's mutation, below a field that returns `Mutation`, is no query to HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving import serving

from reelgraph_federation import Subgraph, compose
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport

SDL = {
    "one": "type Query { actions: Mutation } type Mutation { open: Int }",
    "two": "type Mutation { close: Int }",
}
QUERY = "{ actions { close } }"


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("POST", 200)])
async def test_get_is_refused(tmp_path: Path, method: str, status: int) -> None:
    composed = compose([Subgraph(name, f"http://{name}.example", SDL[name]) for name in SDL])
    assert composed.supergraph_sdl is not None
    asked: list[str] = []

    def one(request: GraphQLRequest) -> dict[str, object]:
        return {"data": {"actions": {"__typename": "Mutation"}}}

    def two(request: GraphQLRequest) -> dict[str, object]:
        asked.append(request.query)
        return {"data": {"close": 7}}

    transport = MemoryTransport({"one": one, "two": two})
    async with serving(tmp_path, transport, composed.supergraph_sdl) as client:
        given = {"params": {"query": QUERY}} if method == "GET" else {"json": {"query": QUERY}}
        headers = {"accept": "application/json", "apollo-require-preflight": "yes"}
        answer = await client.request(method, "/graphql", headers=headers, **given)
    assert answer.status_code == status, answer.text
    assert asked == ([] if status == 405 else ["mutation{close}"])
