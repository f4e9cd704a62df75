"""Only so many operations are executed at the same time."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.transport.memory import MemoryTransport


class Slow:
    """A subgraph that answers when it is let go."""

    def __init__(self):
        self.go = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    async def __call__(self, request):
        self.asked.release()
        await self.go.wait()
        return {"data": {"one": 1}}


@pytest.fixture
def slow():
    return Slow()


async def pipeline_of(slow, **options):
    found = compose([Subgraph("one", "http://one", "type Query { one: Int two: Int }")])
    router = await EmbeddedRouter.of(found.supergraph_sdl, MemoryTransport({"one": slow}))
    return Pipeline(router.graphs, **options)


def send(pipeline, query="{ one }"):
    return asyncio.create_task(pipeline.handle(ClientRequest(query)))


def code(answer):
    return orjson.loads(answer.body)["errors"][0]["extensions"]["code"]


async def test_more_than_may_run_are_refused_until_others_end(slow):
    pipeline = await pipeline_of(slow, max_running=2)
    running = [send(pipeline), send(pipeline)]
    for _ in running:
        await slow.asked.acquire()
    refused = await send(pipeline)
    assert code(refused) == "OVERLOADED"
    assert refused.refusal.status == 503
    assert (b"retry-after", b"1") in refused.refusal.headers
    slow.go.set()
    assert [answer.body for answer in await asyncio.gather(*running)] == [b'{"data":{"one":1}}'] * 2
    assert (await send(pipeline)).body == b'{"data":{"one":1}}'


async def test_those_who_join_a_running_request_do_not_count(slow):
    pipeline = await pipeline_of(slow, max_running=1, share=True)
    first = send(pipeline)
    await slow.asked.acquire()
    others = [send(pipeline) for _ in range(3)]
    refused = await send(pipeline, "{ one two }")
    assert code(refused) == "OVERLOADED"
    slow.go.set()
    answers = await asyncio.gather(first, *others)
    assert [answer.body for answer in answers] == [b'{"data":{"one":1}}'] * 4


async def test_one_who_goes_away_makes_room(slow):
    pipeline = await pipeline_of(slow, max_running=1)
    first = send(pipeline)
    await slow.asked.acquire()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = send(pipeline)
    await slow.asked.acquire()
    slow.go.set()
    assert (await second).body == b'{"data":{"one":1}}'
