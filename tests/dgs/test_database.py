"""The database helper: whole transactions, readers that never wait, times in UTC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from reelgraph_dgs.database import Database, UtcDateTime

METADATA = MetaData()
FILM = Table(
    "film",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("seen", Integer, nullable=False, default=0),
    Column("shown", UtcDateTime),
)
RATING = Table("rating", METADATA, Column("film", ForeignKey("film.id"), primary_key=True))


@pytest_asyncio.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)]
)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path}/new/folder/film.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.drop_all)
    await database.create_tables(METADATA)
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(FILM)) or 0


async def test_a_write_is_committed(database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(FILM).values(id=1))
    assert await count(database) == 1


async def test_an_exception_undoes_the_whole_write(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.write() as session:
            await session.execute(insert(FILM).values(id=1))
            raise LookupError

    with pytest.raises(LookupError):
        await fail_half_way()
    assert await count(database) == 0


async def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(insert(RATING).values(film=1))


async def test_concurrent_writers_wait_for_each_other(database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(FILM).values(id=1, seen=0))

    async def see() -> None:
        async with database.write() as session:
            query = select(FILM.c.seen).where(FILM.c.id == 1).with_for_update()
            seen = await session.scalar(query)
            assert seen is not None
            await session.execute(FILM.update().values(seen=seen + 1))

    await asyncio.gather(*(see() for _ in range(20)))
    async with database.read() as session:
        assert await session.scalar(select(FILM.c.seen)) == 20


async def test_readers_do_not_wait_for_writers(database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(FILM).values(id=1))
        assert await asyncio.wait_for(count(database), 60) == 0
    assert await count(database) == 1


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 1, 31, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
    ],
)
async def test_times_come_back_in_utc(database: Database, moment: datetime) -> None:
    async with database.write() as session:
        await session.execute(insert(FILM).values(id=1, shown=moment))
    async with database.read() as session:
        stored = await session.scalar(select(FILM.c.shown))
        assert stored == moment
        assert stored.tzinfo is UTC or stored.utcoffset() == timedelta(0)
        assert await session.scalar(select(FILM.c.id).where(FILM.c.shown == moment)) == 1


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        async with database.write() as session:
            await session.execute(insert(FILM).values(id=1, shown=datetime(2026, 1, 1)))


async def test_no_time_stays_none(database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(FILM).values(id=1))
    async with database.read() as session:
        assert await session.scalar(select(FILM.c.shown)) is None


async def test_ping(database: Database) -> None:
    await database.ping()


async def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/film.db")
    async with database.read() as session:
        pragmas = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    await database.close()
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 15000,
        "synchronous": 2,
    }
