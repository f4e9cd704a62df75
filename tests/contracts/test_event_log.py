"""What every adapter of the event log does, embedded or real."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from reelgraph_kit.event_log import (
    Consumer,
    Event,
    EventLog,
    LostOwnership,
    NewEvent,
    consume,
    open_event_log,
)

PATIENCE = 30.0


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.real_service)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "kafka":
        return f"kafka://{request.getfixturevalue('kafka_bootstrap')}"
    return f"sqlite://{tmp_path}/events.db"


@pytest_asyncio.fixture
async def log(url: str) -> AsyncIterator[EventLog]:
    async with open_event_log(url) as log:
        yield log


@pytest.fixture
def topic() -> str:
    return f"test.{uuid.uuid4().hex}"


async def read(consumer: Consumer, count: int) -> list[Event]:
    """Fetch until there are `count` events."""
    events: list[Event] = []
    async with asyncio.timeout(PATIENCE):
        while len(events) < count:
            events += await consumer.fetch(count - len(events), wait_seconds=1)
    return events


async def test_events_come_back_in_order_with_all_they_had(log: EventLog, topic: str) -> None:
    await log.publish(topic, "a", b"\x00first")
    await log.publish_many([NewEvent(topic, "b", b""), NewEvent(topic, "ä", b"third")])
    consumer = await log.consumer(topic, "readers")
    events = await read(consumer, 3)
    assert [(event.topic, event.key, event.value) for event in events] == [
        (topic, "a", b"\x00first"),
        (topic, "b", b""),
        (topic, "ä", b"third"),
    ]
    assert [event.offset for event in events] == sorted({event.offset for event in events})
    assert events[0].published_at.tzinfo is not None


async def test_publishing_nothing_is_fine(log: EventLog) -> None:
    await log.publish_many([])


async def test_a_topic_holds_only_its_own_events(log: EventLog, topic: str) -> None:
    await log.publish(f"{topic}.other", "a", b"other")
    await log.publish(topic, "a", b"own")
    consumer = await log.consumer(topic, "readers")
    assert [event.value for event in await read(consumer, 1)] == [b"own"]
    assert await consumer.fetch(wait_seconds=0.2) == []


async def test_fetch_returns_at_most_the_limit(log: EventLog, topic: str) -> None:
    await log.publish_many([NewEvent(topic, "k", str(n).encode()) for n in range(5)])
    consumer = await log.consumer(topic, "readers")
    assert len(await read(consumer, 1)) == 1
    first = await consumer.fetch(2, wait_seconds=PATIENCE)
    assert [event.value for event in first] == [b"1", b"2"]


async def test_fetch_waits_for_an_event(log: EventLog, topic: str) -> None:
    consumer = await log.consumer(topic, "readers")
    waiting = asyncio.create_task(consumer.fetch())
    await log.publish(topic, "a", b"late")
    events = await asyncio.wait_for(waiting, PATIENCE)
    assert [event.value for event in events] == [b"late"]


async def test_fetch_gives_up_after_its_wait(log: EventLog, topic: str) -> None:
    consumer = await log.consumer(topic, "readers")
    async with asyncio.timeout(PATIENCE):
        assert await consumer.fetch(wait_seconds=0.05) == []


async def test_each_group_gets_every_event(log: EventLog, topic: str) -> None:
    await log.publish(topic, "a", b"1")
    for group in ("one", "two"):
        assert len(await read(await log.consumer(topic, group), 1)) == 1


async def test_a_new_consumer_goes_on_after_what_was_committed(log: EventLog, topic: str) -> None:
    await log.publish_many([NewEvent(topic, "k", str(n).encode()) for n in range(3)])
    consumer = await log.consumer(topic, "readers")
    assert [event.value for event in await read(consumer, 2)] == [b"0", b"1"]
    await consumer.commit()
    await consumer.close()
    successor = await log.consumer(topic, "readers")
    assert [event.value for event in await read(successor, 1)] == [b"2"]


async def test_what_was_not_committed_comes_again(log: EventLog, topic: str) -> None:
    await log.publish(topic, "k", b"0")
    consumer = await log.consumer(topic, "readers")
    await read(consumer, 1)
    await consumer.close()
    successor = await log.consumer(topic, "readers")
    assert [event.value for event in await read(successor, 1)] == [b"0"]


async def test_commits_outlive_the_process(url: str, topic: str) -> None:
    async with open_event_log(url) as log:
        await log.publish_many([NewEvent(topic, "k", b"0"), NewEvent(topic, "k", b"1")])
        consumer = await log.consumer(topic, "readers")
        await read(consumer, 1)
        await consumer.commit()
    async with open_event_log(url) as reopened:
        consumer = await reopened.consumer(topic, "readers")
        assert [event.value for event in await read(consumer, 1)] == [b"1"]


async def test_rewind_goes_back_to_the_commit(log: EventLog, topic: str) -> None:
    await log.publish_many([NewEvent(topic, "k", str(n).encode()) for n in range(3)])
    consumer = await log.consumer(topic, "readers")
    await read(consumer, 1)
    await consumer.commit()
    await read(consumer, 2)
    await consumer.rewind()
    assert [event.value for event in await read(consumer, 2)] == [b"1", b"2"]


async def test_rewind_before_any_commit_goes_to_the_beginning(log: EventLog, topic: str) -> None:
    await log.publish_many([NewEvent(topic, "k", str(n).encode()) for n in range(2)])
    consumer = await log.consumer(topic, "readers")
    await read(consumer, 2)
    await consumer.rewind()
    assert [event.value for event in await read(consumer, 2)] == [b"0", b"1"]


async def test_latest_begins_with_what_comes(log: EventLog, topic: str) -> None:
    await log.publish(topic, "k", b"old")
    consumer = await log.consumer(topic, "readers", start="latest")
    await log.publish(topic, "k", b"new")
    assert [event.value for event in await read(consumer, 1)] == [b"new"]


async def test_consumers_of_a_group_never_share_an_event(log: EventLog, topic: str) -> None:
    await log.publish_many([NewEvent(topic, "k", str(n).encode()) for n in range(20)])
    seen: list[bytes] = []
    first = await log.consumer(topic, "readers")
    seen += [event.value for event in await read(first, 10)]
    await first.commit()
    second = await log.consumer(topic, "readers")
    await first.close()
    seen += [event.value for event in await read(second, 10)]
    await second.commit()
    assert seen == [str(n).encode() for n in range(20)]


async def test_several_writers_lose_nothing_and_keep_the_order_of_keys(
    url: str, topic: str
) -> None:
    async def write(name: str) -> None:
        async with open_event_log(url) as log:
            for n in range(20):
                await log.publish(topic, name, str(n).encode())

    await asyncio.gather(*(write(name) for name in "abc"))
    async with open_event_log(url) as log:
        events = await read(await log.consumer(topic, "readers"), 60)
    for name in "abc":
        own = [event.value for event in events if event.key == name]
        assert own == [str(n).encode() for n in range(20)]


async def test_consume_tries_a_failing_batch_again(log: EventLog, topic: str) -> None:
    await log.publish(topic, "k", b"0")
    attempts: list[list[bytes]] = []
    handled: asyncio.Queue[None] = asyncio.Queue()

    async def handle(events: Sequence[Event]) -> None:
        attempts.append([event.value for event in events])
        if len(attempts) == 1:
            raise RuntimeError("not yet")
        handled.put_nowait(None)

    task = asyncio.create_task(consume(log, topic, "readers", handle))
    await asyncio.wait_for(handled.get(), PATIENCE)
    await log.publish(topic, "k", b"1")
    await asyncio.wait_for(handled.get(), PATIENCE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert attempts == [[b"0"], [b"0"], [b"1"]]


async def test_ping_reaches_the_log(log: EventLog) -> None:
    await log.ping()


async def test_a_second_consumer_stands_by_until_the_first_leaves(tmp_path: Path) -> None:
    """The embedded log gives a group's work to one consumer, as one Kafka partition does."""
    async with open_event_log(f"sqlite://{tmp_path}/events.db") as log:
        await log.publish_many([NewEvent("t", "k", b"0"), NewEvent("t", "k", b"1")])
        first = await log.consumer("t", "readers")
        second = await log.consumer("t", "readers")
        assert len(await read(first, 1)) == 1
        assert await second.fetch(wait_seconds=0.2) == []
        with pytest.raises(LostOwnership):
            await _commit_what_another_fetched(log, second)
        await first.commit()
        await first.close()
        assert [event.value for event in await read(second, 1)] == [b"1"]


async def _commit_what_another_fetched(log: EventLog, consumer: Consumer) -> None:
    consumer._fetched = 1  # type: ignore[attr-defined]  # as if its lease had run out meanwhile
    await consumer.commit()


async def test_events_older_than_the_retention_are_removed(tmp_path: Path) -> None:
    async with open_event_log(f"sqlite://{tmp_path}/events.db") as log:
        await log.publish("t", "k", b"old")
    async with open_event_log(f"sqlite://{tmp_path}/events.db?retention_hours=0") as log:
        await log.publish("t", "k", b"new")
        consumer = await log.consumer("t", "readers")
        assert [event.value for event in await consumer.fetch(wait_seconds=5)] == [b"new"]


@pytest.mark.parametrize("wrong", ["sqlite://", "kafka://", "redis://host", "events.db"])
def test_a_url_of_another_kind_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no event log: use sqlite"):
        open_event_log(wrong)
