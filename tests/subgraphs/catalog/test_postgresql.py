"""The catalogue on a real PostgreSQL: what the SQLite tests show holds there too."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import outbox_table
from subgraphs.catalog.model import Title
from subgraphs.catalog.seed import seed_films
from subgraphs.catalog.store import CatalogStore, TitleFilter
from subgraphs.catalog.tables import metadata
from subgraphs.catalog.writes import VersionMismatch, update_title
from subgraphs.data.load import load_database

pytestmark = pytest.mark.real_service


@pytest.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    opened = Database(postgresql_url)
    await opened.create_tables(metadata)
    await seed_films(opened)
    yield opened
    await opened.close()


async def test_seeding_twice_tells_once(database: Database) -> None:
    assert await seed_films(database) is False
    async with database.read() as session:
        values = (await session.scalars(select(outbox_table.c.value))).all()
    told = Counter((c["type"], c["key"]["id"]) for c in map(json.loads, values))
    assert set(told.values()) == {1}


async def test_pages_walk_through_everything_once(database: Database) -> None:
    store = CatalogStore(database)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await store.title_page(TitleFilter(), 50, after)
        seen += [title.id for title in page.titles]
        if not page.has_next:
            break
        after = page.titles[-1].id
    assert len(seen) == len(set(seen)) == await store.count_titles(TitleFilter())


async def test_pages_of_many_parents_are_those_of_each(database: Database) -> None:
    store = CatalogStore(database)
    ids = list(await store.genres())
    together = await store.pages_by_genre(ids, 3, "d")
    for id_ in ids:
        assert together[id_] == await store.title_page(TitleFilter(genre_id=id_), 3, "d")
    assert (await store.counts_by_person(["buster-keaton"]))["buster-keaton"] > 10
    assert await store.genres_of_titles(["nosferatu-1922"])
    assert await store.windows_of_titles(["nosferatu-1922"])


async def test_of_two_writers_with_the_same_version_one_wins(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(
            update_title(
                database, "metropolis-1927", {"synopsis": text}, ["drama"], expected_version=1
            )
            for text in ("one", "two", "three")
        )
    )
    assert Counter(type(outcome) for outcome in outcomes) == {Title: 1, VersionMismatch: 2}


async def test_generated_titles_are_loaded_once(database: Database, postgresql_url: str) -> None:
    assert await load_database(postgresql_url, 1, 700, lambda done: None) == 700
    assert await load_database(postgresql_url, 1, 1200, lambda done: None) == 500
