"""What a client of an operation with `@defer` gets, and when."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from pathlib import Path

import orjson
import pytest
import yaml
from case_runs import load
from incremental_client import merge_payloads
from simulated_subgraph import SimulatedSubgraph

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.incremental_formats import DEFER_20220824, FORMATS, INCREMENTAL_V02
from reelgraph_router.transport.memory import MemoryTransport
from reelgraph_router.transport.port import FaultKind, TransportFault

FOLDER = Path(__file__).parent
OPERATIONS = yaml.safe_load((FOLDER / "operations.yaml").read_text())
SECONDS = 60
"""How long to wait for what should come at once: a hang fails instead of lasting."""
EXPECTED = FOLDER / "expected.json"
SHOP = yaml.safe_load((FOLDER.parent / "cases" / "shop.yaml").read_text())


class Shop:
    """Subgraphs that answer one call at a time, when they are told to."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Queue[asyncio.Future[bool]]] = defaultdict(asyncio.Queue)
        self.transport = MemoryTransport(
            {name: self._handler(name, one) for name, one in SHOP["subgraphs"].items()}
        )

    def _handler(self, name, spec):
        subgraph = SimulatedSubgraph(spec["sdl"], spec.get("data", {}))

        async def answer(request):
            future = asyncio.get_running_loop().create_future()
            self.waiting[name].put_nowait(future)
            if not await future:
                return TransportFault(FaultKind.DISCONNECTED, "told to")
            return subgraph.execute(request.query, request.variables)

        return answer

    async def answer(self, step) -> None:
        """Answer the call that has waited longest, and let everything come of it that does."""
        name = step["fails"] if isinstance(step, dict) else step
        waiting = await asyncio.wait_for(self.waiting[name].get(), SECONDS)
        waiting.set_result(not isinstance(step, dict))
        # Neither sockets nor threads are involved from here on, so turns of the loop are enough.
        for _ in range(50):
            await asyncio.sleep(0)


def supergraph() -> str:
    return load(FOLDER.parent / "cases" / "shop.yaml")[1]


async def follow(operation, format_) -> list[list[object]]:
    """The payloads that come after each answer of a subgraph; everything must be answered."""
    shop = Shop()
    router = await EmbeddedRouter.of(supergraph(), shop.transport)
    got: list[object] = []

    async def collect() -> None:
        variables = operation.get("variables")
        async for one in router.deliver(operation["query"], variables, format_=format_):
            got.append(one)

    task = asyncio.ensure_future(collect())
    steps = []
    for step in operation["answers"]:
        before = len(got)
        await shop.answer(step)
        steps.append(got[before:])
    assert all(one.empty() for one in shop.waiting.values()), "a subgraph was asked more often"
    await asyncio.wait_for(task, 60)
    return steps


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one["name"])
async def test_operation(operation, update_golden):
    found = {one.parameter: await follow(operation, one) for one in FORMATS}
    known = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    if update_golden:
        known[operation["name"]] = found
        order = [one["name"] for one in OPERATIONS]
        kept = {name: known[name] for name in order if name in known}
        EXPECTED.write_text(json.dumps(kept, indent=1) + "\n")
    assert found == known[operation["name"]]
    older, newer = (merge_payloads([p for step in one for p in step]) for one in found.values())
    assert older["data"] == newer["data"]
    assert older.get("errors", []) == newer.get("errors", [])


def test_nothing_is_expected_of_unknown_operations():
    assert list(json.loads(EXPECTED.read_text())) == [one["name"] for one in OPERATIONS]


async def test_who_stops_reading_stops_the_subgraphs():
    shop = Shop()
    router = await EmbeddedRouter.of(supergraph(), shop.transport)
    payloads = router.deliver("{ me { id ... @defer { name } } }")
    first = asyncio.ensure_future(anext(payloads))
    await shop.answer("accounts")
    assert (await first)["hasNext"]
    waiting = await shop.waiting["accounts"].get()
    await payloads.aclose()
    assert router.graphs.current.requests == 0
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 60)


async def test_hooks_of_requests_are_called_once():
    shop = Shop()
    seen = []
    router = await EmbeddedRouter.of(
        supergraph(), shop.transport, hooks=Hooks(request=(lambda one: seen.append(one.query),))
    )
    query = "{ me { id ... @defer(if: false) { name } } }"

    async def collect():
        return [one async for one in router.deliver(query)]

    task = asyncio.ensure_future(collect())
    await shop.answer("accounts")
    assert await task == [{"data": {"me": {"id": "1", "name": "Ada"}}}]
    assert seen == [query]


async def test_a_fault_inside_the_router_ends_the_answer_in_words(monkeypatch):
    from reelgraph_router.execution.incremental.increments import Increments

    def fail(self):
        raise RuntimeError("secret")

    monkeypatch.setattr(Increments, "take_ready", fail)
    for format_, place in ((INCREMENTAL_V02, "completed"), (DEFER_20220824, "incremental")):
        shop = Shop()
        router = await EmbeddedRouter.of(supergraph(), shop.transport)
        payloads = router.deliver("{ me { id ... @defer { name } } }", format_=format_)
        task = asyncio.ensure_future(anext(payloads))
        await shop.answer("accounts")
        await task
        task = asyncio.ensure_future(anext(payloads))
        await shop.answer("accounts")
        last = await task
        assert last["hasNext"] is False
        assert last[place][0]["errors"][0]["message"] == "Internal error"
        assert b"secret" not in orjson.dumps(last)
        with pytest.raises(StopAsyncIteration):
            await anext(payloads)
