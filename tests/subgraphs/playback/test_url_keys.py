from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from reelgraph_dgs.database import Database
from subgraphs.playback.tables import metadata
from subgraphs.playback.url_keys import rotate_keys, signing_key, verification_keys


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/playback.db")
    await opened.create_tables(metadata)
    yield opened
    await opened.close()


async def rotate(database: Database, clock: Any) -> tuple[str, list[str]]:
    """Rotate, and return the id of the key that signs and of those that verify."""
    async with database.write() as session:
        await rotate_keys(session, clock.now)
        signs = await signing_key(session, clock.now)
        verify = await verification_keys(session, clock.now)
    return signs.id, [key.id for key in verify]


async def test_the_first_key_signs_at_once_and_is_kept(database: Database, clock: Any) -> None:
    first, again = await rotate(database, clock), await rotate(database, clock)

    assert first == again
    assert first[1] == [first[0]]


async def test_appliances_have_the_next_key_before_it_signs(database: Database, clock: Any) -> None:
    old, _ = await rotate(database, clock)
    clock.advance(12 * 3600 - 60)
    still, (_, coming) = await rotate(database, clock)
    clock.advance(60)
    now, verify = await rotate(database, clock)

    assert still == old
    assert now == coming
    assert verify == [old, now]  # URLs signed with the old key are still good


async def test_a_key_is_forgotten_when_its_last_url_has_expired(
    database: Database, clock: Any
) -> None:
    old, _ = await rotate(database, clock)
    seen = []
    for _ in range(24):
        clock.advance(3600)
        seen.append(old in (await rotate(database, clock))[1])

    assert seen == [True] * 18 + [False] * 6  # it signs for 12 hours, its URLs live for 6


async def test_after_a_long_stop_a_fresh_key_comes_within_a_minute(
    database: Database, clock: Any
) -> None:
    old, _ = await rotate(database, clock)
    clock.advance(15 * 3600)
    still, _ = await rotate(database, clock)
    clock.advance(60)
    now, _ = await rotate(database, clock)

    assert still == old
    assert now != old
