from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reelgraph_dgs.database import Database
from subgraphs.playback.leases import (
    Lease,
    held_sessions,
    release_lease,
    renew_lease,
    take_lease,
)
from subgraphs.playback.tables import metadata

FAR = timedelta(days=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/playback.db"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
    await opened.create_tables(metadata)
    yield opened
    await opened.close()


async def take(
    database: Database, now: datetime, limit: int = 2, latest: datetime | None = None
) -> Lease | None:
    async with database.write() as session:
        return await take_lease(session, "m1", str(uuid.uuid4()), limit, now, latest or now + FAR)


async def renew(database: Database, lease: Lease, now: datetime) -> Lease | None:
    async with database.write() as session:
        return await renew_lease(session, lease.session_id, lease.token, now, now + FAR)


async def test_a_plan_s_streams_can_be_taken_and_no_more(database: Database, clock: Any) -> None:
    taken = [await take(database, clock.now) for _ in range(4)]

    assert [lease.slot if lease else None for lease in taken] == [0, 1, None, None]


@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_of_many_at_once_as_many_succeed_as_the_plan_allows(
    database: Database, clock: Any, limit: int
) -> None:
    for _ in range(3):
        taken = await asyncio.gather(*(take(database, clock.now, limit) for _ in range(12)))
        slots = sorted(lease.slot for lease in taken if lease)
        assert slots == list(range(limit))
        clock.advance(90)


async def test_a_lease_ends_without_a_heartbeat_and_lasts_with_one(
    database: Database, clock: Any
) -> None:
    silent, alive = await take(database, clock.now), await take(database, clock.now)
    assert silent
    assert alive
    clock.advance(89)
    assert await take(database, clock.now) is None
    assert await renew(database, alive, clock.now)
    clock.advance(1)

    successor = await take(database, clock.now)

    assert successor
    assert successor.slot == silent.slot
    assert await take(database, clock.now) is None


async def test_who_lost_the_slot_is_fenced_off(database: Database, clock: Any) -> None:
    first = await take(database, clock.now, limit=1)
    clock.advance(90)
    second = await take(database, clock.now, limit=1)
    assert first
    assert second

    assert int(second.token.split(".")[0]) > int(first.token.split(".")[0])
    assert await renew(database, first, clock.now) is None
    assert await renew(database, second, clock.now)
    stolen = Lease(second.session_id, 0, first.token, clock.now)
    assert await renew(database, stolen, clock.now) is None


@pytest.mark.parametrize("token", ["", "1", ".", "x.y", "1.", "9" * 30 + ".x", "\u0661.x"])
async def test_a_made_up_token_renews_nothing(database: Database, clock: Any, token: str) -> None:
    lease = await take(database, clock.now)
    assert lease

    assert await renew(database, Lease(lease.session_id, 0, token, clock.now), clock.now) is None


async def test_an_expired_lease_revives_while_nobody_took_its_slot(
    database: Database, clock: Any
) -> None:
    lease = await take(database, clock.now, limit=1)
    assert lease
    clock.advance(300)

    assert await renew(database, lease, clock.now)
    assert await take(database, clock.now, limit=1) is None


async def test_a_lease_never_outlasts_the_entitlement(database: Database, clock: Any) -> None:
    latest = clock.now + timedelta(seconds=30)

    lease = await take(database, clock.now, latest=latest)

    assert lease
    assert lease.expires_at == latest


async def test_a_smaller_plan_counts_what_still_plays(database: Database, clock: Any) -> None:
    leases = [await take(database, clock.now, limit=4) for _ in range(4)]
    async with database.write() as session:
        assert leases[0]
        await release_lease(session, leases[0].session_id, clock.now)

    assert await take(database, clock.now, limit=2) is None  # slot 0 is free, three still play
    assert await take(database, clock.now, limit=4)


async def test_who_plays_is_listed_longest_running_first(database: Database, clock: Any) -> None:
    first = await take(database, clock.now)
    clock.advance(1)
    second = await take(database, clock.now)
    assert first
    assert second

    async with database.read() as session:
        held = await held_sessions(session, "m1", clock.now)

    assert list(held) == [first.session_id, second.session_id]
