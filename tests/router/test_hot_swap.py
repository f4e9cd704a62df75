"""A new supergraph takes over while requests run, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from live import live
from serving import HELLO, hello_supergraph, serving

from reelgraph_router.transport.memory import MemoryTransport

ANSWER = b'{"data":{"hello":"w"}}'


async def until(holds: Callable[[], bool]) -> None:
    """Let everything else run until something holds; nothing announces it."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_no_request_is_lost_under_load(tmp_path, start_raw_server):
    async def behave(reader, writer, body):
        await asyncio.sleep(0.002)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER))
        return True

    old, new = await start_raw_server(behave), await start_raw_server(behave)
    failures, count = [], 0
    sdl = hello_supergraph(old.url)
    async with live(tmp_path, sdl, share_in_flight=False) as client:
        stop = asyncio.Event()

        async def hammer():
            nonlocal count
            while not stop.is_set():
                answer = await client.post("/graphql", json={"query": "{ hello }"})
                count += 1
                if answer.json() != {"data": {"hello": "w"}}:
                    failures.append(answer.text)

        workers = [asyncio.ensure_future(hammer()) for _ in range(8)]
        file = tmp_path / "supergraph.graphql"
        for number in range(4):
            url = (new, old)[number % 2].url
            file.write_text(
                hello_supergraph(
                    url,
                    HELLO + f" type Extra{number} {{ x: Int }} "
                    f"extend type Query {{ extra{number}: Extra{number} }}",
                )
            )
            query = {"query": f"{{ extra{number} {{ __typename }} }}"}
            async with asyncio.timeout(60):
                while (
                    "GRAPHQL_VALIDATION_FAILED" in (await client.post("/graphql", json=query)).text
                ):
                    pass
        before = count
        await until(lambda: count >= before + 20)
        stop.set()
        await asyncio.gather(*workers)
    assert failures == []
    assert len(new.bodies) > 0


async def test_a_broken_supergraph_changes_nothing(tmp_path, caplog):
    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    async with serving(tmp_path, transport, watch_seconds=0.01) as client:
        (tmp_path / "supergraph.graphql").write_text("type Query {")
        await until(lambda: "refused" in caplog.text)
        answer = await client.post("/graphql", json={"query": "{ hello }"})
        assert answer.json() == {"data": {"hello": "w"}}
        (tmp_path / "supergraph.graphql").unlink()
        await until(lambda: "Cannot read" in caplog.text)
        assert (await client.get("/ready")).status_code == 200


async def test_operations_in_use_are_planned_before_the_swap(tmp_path):
    from reelgraph_router.execution.answers.read_answer import Redaction
    from reelgraph_router.pipeline.graph import GraphRules
    from reelgraph_router.pipeline.handle import Pipeline
    from reelgraph_router.pipeline.request import ClientRequest
    from reelgraph_router.supergraph_source.hot_swap import HotSwap
    from reelgraph_router.supergraph_source.port import SupergraphDocument

    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    graphs = HotSwap(GraphRules(redaction=Redaction()), lambda urls: transport)
    await graphs.swap(SupergraphDocument(hello_supergraph(), "1", "test"))
    pipeline = Pipeline(graphs)
    requests = [ClientRequest("{ hello }"), ClientRequest("{ slow }"), ClientRequest("{ no }")]
    await asyncio.gather(*(pipeline.handle(request) for request in requests * 3))
    assert graphs.current is not None
    assert graphs.current.operations.planned == 2
    await graphs.swap(
        SupergraphDocument(hello_supergraph(sdl="type Query { hello: ID }"), "2", "t")
    )
    assert graphs.current.operations.planned == 1
    answer = await pipeline.handle(ClientRequest("{ hello }"))
    assert answer.body == b'{"data":{"hello":"w"}}'
    assert graphs.current.operations.planned == 1
