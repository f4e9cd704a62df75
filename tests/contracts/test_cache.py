"""What every adapter of the cache does, embedded or real."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from reelgraph_kit.cache import Cache, CacheError, open_cache
from reelgraph_kit.cache.memory import MemoryCache


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.real_service)])
def url(request: pytest.FixtureRequest) -> str:
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")


@pytest_asyncio.fixture
async def cache(url: str) -> AsyncIterator[Cache]:
    async with open_cache(url, prefix=f"{uuid.uuid4().hex}:") as cache:
        yield cache


async def until_missing(cache: Cache, key: str) -> None:
    async with asyncio.timeout(60):
        while await cache.get(key) is not None:  # noqa: ASYNC110 (only time changes it)
            await asyncio.sleep(0.01)


async def test_a_value_comes_back(cache: Cache) -> None:
    await cache.set("a", b"\x00\xff", 60)
    assert await cache.get("a") == b"\x00\xff"


async def test_a_missing_value_is_none(cache: Cache) -> None:
    assert await cache.get("missing") is None


async def test_set_replaces(cache: Cache) -> None:
    await cache.set("a", b"1", 60)
    await cache.set("a", b"2", 60)
    assert await cache.get("a") == b"2"


async def test_a_value_expires(cache: Cache) -> None:
    await cache.set("a", b"1", 0.02)
    await until_missing(cache, "a")


async def test_many_values_at_once(cache: Cache) -> None:
    await cache.set_many({"a": b"1", "b": b"2"}, 60)
    assert await cache.get_many(["b", "missing", "a"]) == {"a": b"1", "b": b"2"}
    assert await cache.get_many([]) == {}
    await cache.set_many({}, 60)


async def test_delete_forgets(cache: Cache) -> None:
    await cache.set_many({"a": b"1", "b": b"2", "c": b"3"}, 60)
    await cache.delete("a", "b", "missing")
    await cache.delete()
    assert await cache.get_many(["a", "b", "c"]) == {"c": b"3"}


async def test_add_stores_only_what_is_new(cache: Cache) -> None:
    assert await cache.add("a", b"1", 60)
    assert not await cache.add("a", b"2", 60)
    assert await cache.get("a") == b"1"


async def test_add_stores_again_after_expiry(cache: Cache) -> None:
    await cache.add("a", b"1", 0.02)
    await until_missing(cache, "a")
    assert await cache.add("a", b"2", 60)


async def test_increment_counts(cache: Cache) -> None:
    assert await cache.increment("n", 60) == 1
    assert await cache.increment("n", 60, by=5) == 6
    assert await cache.increment("n", 60, by=-2) == 4
    assert await cache.get("n") == b"4"


async def test_concurrent_increments_are_all_counted(cache: Cache) -> None:
    numbers = await asyncio.gather(*(cache.increment("n", 60) for _ in range(50)))
    assert sorted(numbers) == list(range(1, 51))


async def test_an_increment_keeps_the_first_time_to_live(cache: Cache) -> None:
    await cache.increment("n", 1)
    await cache.increment("n", 60)
    await until_missing(cache, "n")
    assert await cache.increment("n", 60) == 1


@pytest.mark.parametrize("ttl", [0, -1])
async def test_a_time_to_live_must_be_positive(cache: Cache, ttl: float) -> None:
    with pytest.raises(ValueError, match="ttl must be more than 0"):
        await cache.set("a", b"1", ttl)


async def test_compute_runs_once_for_all_who_ask_together(cache: Cache) -> None:
    calls = 0
    started, release = asyncio.Event(), asyncio.Event()

    async def compute() -> bytes:
        nonlocal calls
        calls += 1
        started.set()
        await release.wait()
        return b"computed"

    asking = [asyncio.create_task(cache.get_or_compute("a", 60, compute)) for _ in range(20)]
    await asyncio.wait_for(started.wait(), 60)
    release.set()
    assert await asyncio.gather(*asking) == [b"computed"] * 20
    assert calls == 1
    assert await cache.get("a") == b"computed"


async def test_compute_is_not_needed_for_a_cached_value(cache: Cache) -> None:
    await cache.set("a", b"cached", 60)

    async def compute() -> bytes:
        raise AssertionError("computed")

    assert await cache.get_or_compute("a", 60, compute) == b"cached"


async def test_a_failed_computation_is_not_stored(cache: Cache) -> None:
    async def fail() -> bytes:
        raise LookupError("no")

    async def succeed() -> bytes:
        return b"1"

    with pytest.raises(LookupError):
        await cache.get_or_compute("a", 60, fail)
    assert await cache.get_or_compute("a", 60, succeed) == b"1"


async def test_who_gives_up_does_not_stop_the_others(cache: Cache) -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def compute() -> bytes:
        started.set()
        await release.wait()
        return b"1"

    first = asyncio.create_task(cache.get_or_compute("a", 60, compute))
    await started.wait()
    second = asyncio.create_task(cache.get_or_compute("a", 60, compute))
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    release.set()
    assert await second == b"1"


async def test_ping_reaches_the_cache(cache: Cache) -> None:
    await cache.ping()


async def test_the_least_recently_used_value_goes_first() -> None:
    cache = MemoryCache(max_entries=2)
    await cache.set("a", b"1", 60)
    await cache.set("b", b"2", 60)
    await cache.get("a")
    await cache.set("c", b"3", 60)
    assert await cache.get_many(["a", "b", "c"]) == {"a": b"1", "c": b"3"}


@pytest.mark.real_service
async def test_prefixes_keep_services_apart(redis_url: str) -> None:
    async with open_cache(redis_url, prefix="one:") as one, open_cache(redis_url, "two:") as two:
        await one.set("a", b"1", 60)
        assert await two.get("a") is None


async def test_an_unreachable_server_is_a_cache_error() -> None:
    async with open_cache("redis://127.0.0.1:1") as cache:
        with pytest.raises(CacheError, match="does not answer"):
            await cache.get("a")


def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no cache: use memory"):
        open_cache("memcached://host")
