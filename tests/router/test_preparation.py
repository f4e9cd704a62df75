"""Operations that are hard to make ready: bounded in size, and given up when nobody waits any longer."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.errors import Code, RequestError
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.operations import Operations
from reelgraph_router.pipeline.preparation import GivenUp, Planners, Preparation
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.stages import OperationRules

SDL = """
type Query { top: T }
type T { left: T right: T one: Int }
"""


def doubling(levels: int) -> str:
    """Fragments that each select the next one twice, below different fields: it cannot be merged."""
    parts = [
        f"fragment F{one} on T {{ left {{ ...F{one + 1} }} right {{ ...F{one + 1} }} }}"
        for one in range(levels)
    ]
    return f"{{ top {{ ...F0 }} }} {' '.join(parts)} fragment F{levels} on T {{ one }}"


def overlapping(size: int) -> str:
    """One field again and again, each of which must be compared with all others."""
    return "{ top { " + "left { one } " * size + "} }"


def operations(planners: Planners | None = None, hooks: Hooks | None = None, **rules) -> Operations:
    made = compose([Subgraph("one", "http://one", SDL)])
    supergraph = parse_supergraph(made.supergraph_sdl)
    return Operations(supergraph, OperationRules(**rules), lambda name: 5.0, planners, hooks)


async def refusal(known: Operations, query: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await known.prepare(ClientRequest(query))
    return caught.value


async def test_what_multiplies_is_refused_with_the_limit_and_the_remedy():
    known = operations(max_parts=5_000)
    error = await refusal(known, doubling(20))
    assert error.faults[0].code == Code.LIMIT_EXCEEDED
    assert "more than 5000 parts" in error.faults[0].message
    assert "split the operation" in error.faults[0].message
    assert error.well_formed
    with pytest.raises(RequestError):
        known.recall(doubling(20), None)  # remembered: it says something about the operation


async def test_the_limit_counts_all_stages_together():
    query = doubling(6)
    counted = Preparation(10_000_000, time.monotonic() + 60)
    stages = operations()._stages
    checked = await stages.check(counted, query, None)
    after_check = counted.budget.spent
    assert (await refusal(operations(max_parts=after_check), query)).faults[0].code == (
        Code.LIMIT_EXCEEDED
    )
    assert checked.normalized.selections.fields


async def test_an_operation_that_takes_too_long_is_given_up_and_not_remembered():
    known = operations(max_parts=10_000_000, seconds=0.05)
    error = await refusal(known, doubling(19))
    assert isinstance(error, GivenUp)
    assert (error.status, error.faults[0].code) == (504, Code.TIMEOUT)
    assert known.recall(doubling(19), None) is None
    assert known.kept_bytes == 0


@pytest.mark.parametrize("query", [doubling(19), overlapping(600)])
async def test_a_router_that_stops_gives_up_what_is_being_made(query):
    planners = Planners()
    parsed = asyncio.Event()
    known = operations(planners, Hooks(parse=[lambda _: parsed.set()]), max_parts=10_000_000)
    waiting = asyncio.create_task(refusal(known, query))
    await parsed.wait()
    while planners._work_queue.qsize():
        await asyncio.to_thread(int)  # till validation has begun
    planners.shutdown(wait=False)
    error = await waiting
    assert (error.status, error.faults[0].code) == (503, Code.SHUTTING_DOWN)
    for thread in threading.enumerate():
        if thread.name.startswith("planner"):
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()


async def test_who_joins_later_gets_the_plan_although_the_first_went_away():
    known = operations(max_parts=10_000_000)
    query = doubling(8)
    first = asyncio.create_task(known.prepare(ClientRequest(query)))
    await asyncio.sleep(0)
    second = asyncio.create_task(known.prepare(ClientRequest(query)))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).kind == "query"
    assert known.planned == 1


async def test_fields_compared_too_often_are_refused_in_words():
    error = await refusal(operations(), overlapping(2_000))
    assert error.faults[0].code == Code.LIMIT_EXCEEDED
    assert "select each field once" in error.faults[0].message
