"""Operations are kept within a number and within an estimate of their memory."""

from __future__ import annotations

import asyncio

import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.errors import RequestError
from reelgraph_router.pipeline.operation_cache import OPERATION_BYTES, OperationCache, memory_of
from reelgraph_router.pipeline.operations import Operations
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.stages import OperationRules

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SDL = LINK + "type Query { a: A b: B } type A { x: Int y: Int z: Int } type B { a: A }"


def cache(most=10, most_bytes=1_000_000):
    """A cache of numbers, each of which weighs what it says."""
    return OperationCache(most, most_bytes, weigh=lambda number: number)


def names(kept):
    return [key[0] for key, _ in kept.latest()]


def key(name):
    return (name, None, None)


def test_the_number_is_bounded():
    kept = cache(most=2)
    for name in "abc":
        kept.keep(key(name), 1)
    assert names(kept) == ["c", "b"]


def test_what_was_used_stays():
    kept = cache(most=2)
    kept.keep(key("a"), 1)
    kept.keep(key("b"), 1)
    assert kept.get(key("a")) == 1
    kept.keep(key("c"), 1)
    assert names(kept) == ["c", "a"]


def test_the_memory_is_bounded():
    kept = cache(most_bytes=1_000)
    for number in range(50):
        kept.keep(key(str(number)), 200)
        assert kept.bytes <= 1_000
    assert 1 < len(names(kept)) < 5


def test_one_that_is_too_large_stays_until_the_next_one():
    kept = cache(most_bytes=1_000)
    kept.keep(key("a"), 5_000)
    assert names(kept) == ["a"]
    kept.keep(key("b"), 10)
    assert names(kept) == ["b"]


def test_what_grows_makes_others_go():
    weights = {"a": 100, "b": 100}
    kept = OperationCache(10, 1_000, weigh=weights.__getitem__)
    kept.keep(key("a"), "a")
    kept.keep(key("b"), "b")
    weights["b"] = 900
    kept.weigh(key("b"))
    assert names(kept) == ["b"]
    kept.weigh(key("a"))
    assert names(kept) == ["b"]


def test_what_was_dropped_is_told_of():
    told = []
    kept = OperationCache(10, 1_000, weigh=int, on_dropped=lambda: told.append(kept.bytes))
    for number in range(20):
        kept.keep(key(str(number)), 200)
    assert 3 <= len(told) <= 16
    assert all(one <= 1_000 for one in told)


def test_a_replacement_is_weighed():
    kept = cache()
    kept.keep(key("a"), 500)
    before = kept.bytes
    kept.replace(key("a"), 100)
    assert kept.bytes == before - 400
    kept.replace(key("gone"), 100)
    assert names(kept) == ["a"]


def operations(**rules):
    found = compose([Subgraph("one", "http://one", SDL)])
    supergraph = parse_supergraph(found.supergraph_sdl)
    return Operations(supergraph, OperationRules(**rules), lambda name: 5.0)


async def test_operations_make_room_for_each_other():
    known = operations(cache_bytes=3 * OPERATION_BYTES)
    queries = [f"{{ a {{ {one} }} }}" for one in ("x", "y", "z", "x y", "x z", "y z")]
    for query in queries:
        await known.prepare(ClientRequest(query))
    kept = [query for query in queries if known.recall(query, None) is not None]
    assert kept == queries[-len(kept) :]
    assert 0 < len(kept) < 3


async def test_refusals_are_bounded_as_well():
    known = operations(cache_bytes=10_000)
    queries = [f"{{ nothing{number} }}" for number in range(20)]
    for query in queries:
        with pytest.raises(RequestError):
            await known.prepare(ClientRequest(query))
    assert known.recall(queries[0], None) is None
    with pytest.raises(RequestError):
        known.recall(queries[-1], None)


async def test_a_quick_way_that_is_added_counts():
    known = operations()
    query = "query($if: Boolean!) { a { x @include(if: $if) y z } }"
    ready = await known.prepare(ClientRequest(query))
    before = memory_of(ready), known.kept_bytes
    for _ in range(2):
        ready.program.fast_paths.find((True,))
    await asyncio.gather(*ready.program.fast_paths.making)
    grown = memory_of(ready) - before[0]
    assert grown > 0
    assert known.kept_bytes == before[1] + grown
