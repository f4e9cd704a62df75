"""The outbox: an event is told if, and only if, its write was committed; also after a crash."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import (
    CHANGES_TOPIC,
    Change,
    OutboxRelay,
    add_event,
    add_outbox_table,
    outbox_table,
    record_change,
    record_changes,
)
from reelgraph_kit.event_log import Event, EventLog, EventLogError, NewEvent, open_event_log

METADATA = MetaData()
FILM = Table("film", METADATA, Column("id", Integer, primary_key=True))
add_outbox_table(METADATA)


@pytest_asyncio.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)]
)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path}/film.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.drop_all)
    await database.create_tables(METADATA)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    async with open_event_log(f"sqlite://{tmp_path}/events.db") as log:
        yield log


async def published(log: EventLog, count: int, topic: str = CHANGES_TOPIC) -> list[Event]:
    consumer = await log.consumer(topic, "test")
    events: list[Event] = []
    async with asyncio.timeout(60):
        while len(events) < count:
            events += await consumer.fetch(wait_seconds=1)
    await consumer.close()
    return events


async def waiting(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(outbox_table)) or 0


async def test_a_change_is_told_with_all_its_parts(database: Database, log: EventLog) -> None:
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    async with database.write() as session:
        await record_change(
            session,
            "Title",
            "t1",
            version=3,
            affects=[("Person", "p1"), ("Genre", {"name": "Horror"})],
            occurred_at=moment,
        )
        await record_change(session, "Title", {"b": 1, "a": "x"}, "DELETE")
    assert await OutboxRelay(database.engine, log).publish_batch() == 2
    first, second = await published(log, 2)
    body: dict[str, Any] = json.loads(first.value)
    assert len(body.pop("id")) == 36
    assert body == {
        "type": "Title",
        "key": {"id": "t1"},
        "op": "UPSERT",
        "version": 3,
        "occurredAt": "2026-01-31T12:00:00+00:00",
        "affects": [
            {"type": "Person", "key": {"id": "p1"}},
            {"type": "Genre", "key": {"name": "Horror"}},
        ],
    }
    assert first.key == 'Title:{"id":"t1"}'
    assert second.key == 'Title:{"a":"x","b":1}'
    assert json.loads(second.value).keys() == {"id", "type", "key", "op", "occurredAt"}
    assert await waiting(database) == 0


async def test_what_is_undone_is_not_told(database: Database, log: EventLog) -> None:
    async def fail_half_way() -> None:
        async with database.write() as session:
            await record_change(session, "Title", "t1")
            raise LookupError

    with pytest.raises(LookupError):
        await fail_half_way()
    assert await OutboxRelay(database.engine, log).publish_batch() == 0


async def test_core_connections_record_too(database: Database, log: EventLog) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(insert(FILM).values(id=1))
        await record_changes(connection, [Change("Title", str(n)) for n in range(500)])
        await record_changes(connection, [])
        await add_event(connection, "other.topic", "k", b"v")
    relay = OutboxRelay(database.engine, log)
    assert [await relay.publish_batch() for _ in range(4)] == [200, 200, 101, 0]
    keys = [json.loads(event.value)["key"]["id"] for event in await published(log, 500)]
    assert keys == [str(n) for n in range(500)]
    assert [event.value for event in await published(log, 1, "other.topic")] == [b"v"]


async def test_a_commit_wakes_the_relay(
    database: Database, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelgraph_dgs.outbox.POLL_SECONDS", 3600)
    task = asyncio.create_task(OutboxRelay(database.engine, log).run())
    for n in range(3):
        async with database.write() as session:
            await record_change(session, "Title", str(n))
        assert len(await _next(log)) == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _next(log: EventLog) -> list[Event]:
    consumer = await log.consumer(CHANGES_TOPIC, "test")
    events = await consumer.fetch(wait_seconds=20)
    await consumer.commit()
    await consumer.close()
    return events


async def test_the_relay_finds_what_another_process_wrote(
    database: Database, log: EventLog
) -> None:
    task = asyncio.create_task(OutboxRelay(database.engine, log).run())
    async with database.engine.begin() as connection:
        # Written past the kit's hook, as another process would.
        await connection.execute(insert(outbox_table).values(topic="t", key="k", value=b"v"))
    assert [event.value for event in await published(log, 1, "t")] == [b"v"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class BrokenLog:
    """An event log that refuses the first calls, before or after it has stored the events."""

    def __init__(self, log: EventLog, failures: int, after: bool) -> None:
        self._log = log
        self._failures = failures
        self._after = after

    async def publish_many(self, events: Sequence[NewEvent]) -> None:
        self._failures -= 1
        if self._failures >= 0 and not self._after:
            raise EventLogError("down")
        await self._log.publish_many(events)
        if self._failures >= 0:
            raise EventLogError("the answer was lost")


@pytest.mark.parametrize(("after", "copies"), [(False, 1), (True, 3)])
async def test_a_failing_log_loses_nothing(
    database: Database, log: EventLog, after: bool, copies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelgraph_dgs.outbox.POLL_SECONDS", 0.01)
    async with database.write() as session:
        await record_change(session, "Title", "t1")
    broken: Any = BrokenLog(log, 2, after)
    task = asyncio.create_task(OutboxRelay(database.engine, broken).run())
    events = await published(log, copies)
    async with asyncio.timeout(60):
        while await waiting(database):  # noqa: ASYNC110 (the relay has no event for it)
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    # A consumer knows repeated events by their id.
    assert len(events) == copies
    assert len({json.loads(event.value)["id"] for event in events}) == 1


CRASHING = """
import asyncio, sys
from pathlib import Path
from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import OutboxRelay, record_change
from reelgraph_kit.event_log import open_event_log
from sqlalchemy import insert
sys.path.insert(0, {tests!r})
from test_outbox import FILM, METADATA

async def main(folder: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{{folder}}/film.db")
    await database.create_tables(METADATA)
    log = open_event_log(f"sqlite://{{folder}}/events.db")
    relay = asyncio.create_task(OutboxRelay(database.engine, log).run())
    for number in range(1, 1_000_000):
        async with database.write() as session:
            await session.execute(insert(FILM).values(id=number))
            await record_change(session, "Film", str(number))
        print(number, flush=True)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.end_to_end
async def test_a_killed_process_leaves_writes_and_events_whole(tmp_path: Path) -> None:
    """Whatever was committed is told after a restart, and nothing else is."""
    script = CRASHING.format(tests=str(Path(__file__).parent))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(25):
        assert await process.stdout.readline()
    process.kill()
    await process.communicate()

    database = Database(f"sqlite+aiosqlite:///{tmp_path}/film.db")
    async with open_event_log(f"sqlite://{tmp_path}/events.db") as log:
        relay = OutboxRelay(database.engine, log)
        while await relay.publish_batch():
            pass
        async with database.read() as session:
            films = set(await session.scalars(select(FILM.c.id)))
        events = await published(log, len(films))
    await database.close()
    assert len(films) >= 25
    told = [int(json.loads(event.value)["key"]["id"]) for event in events]
    assert set(told) == films
    first_seen = list(dict.fromkeys(told))
    assert first_seen == sorted(films)
