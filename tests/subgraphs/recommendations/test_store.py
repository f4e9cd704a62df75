"""The store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest

from reelgraph_dgs.database import Database
from subgraphs.recommendations.features import TitleFeatures
from subgraphs.recommendations.rows import Watched
from subgraphs.recommendations.store import Activity, RecommendationsStore
from subgraphs.recommendations.tables import metadata

HOUR = 3600.0
T0 = 1_800_000_000.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[RecommendationsStore]:
    url = f"sqlite+aiosqlite:///{tmp_path}/r.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
    await database.create_tables(metadata)
    yield RecommendationsStore(database)
    await database.close()


def title(id_: str, **changes: object) -> TitleFeatures:
    fields: dict[str, object] = {
        "id": id_,
        "name": f"Näme {id_}",
        "kind": "MOVIE",
        "year": 1926,
        "level": 2,
        "prior": 0.5,
        "version": 1,
        "genres": (("war", "War"),),
        "people": ("p1",),
        "opens": T0,
        "closes": None,
        "countries": ("DE",),
        "series_id": None,
    }
    return TitleFeatures(**(fields | changes))  # type: ignore[arg-type]


def event(id_: str, at: float, *, start: bool = True, position: int = 0) -> Activity:
    return Activity(id_, start, "profile", "title", at, position)


async def features(store: RecommendationsStore) -> list[TitleFeatures]:
    return [entry async for page in store.all_features() for entry in page]


async def test_features_are_kept_replaced_and_forgotten(store: RecommendationsStore) -> None:
    first = [title("a"), title("b", opens=inf, closes=T0 + 1), title("c", series_id="a")]
    await store.save_features(first)
    assert await features(store) == first
    again = title("b", name="B", version=2)
    await store.save_features([again], ["a", "never there"])
    assert await features(store) == [again, first[2]]


async def test_an_event_counts_once_and_late_ones_find_their_place(
    store: RecommendationsStore,
) -> None:
    await store.record([event("e2", T0 + HOUR), event("e2", T0 + HOUR)])
    stop = event("e3", T0 + 2 * HOUR, start=False, position=4000)
    plays = await store.record([stop, event("e2", T0 + HOUR), event("e1", T0)])
    assert [(entry.title_id, entry.at) for entry in plays] == [("title", T0 + HOUR)]
    assert plays[0].plays == pytest.approx(2, abs=0.01)
    assert await store.record([stop, event("e1", T0)]) == []
    assert await store.all_plays() == plays
    assert await store.history("profile") == [Watched("title", T0 + 2 * HOUR, 4000)]
    assert await store.history("other") == []


async def test_the_history_is_newest_first_and_bounded(store: RecommendationsStore) -> None:
    events = [
        Activity(f"e{number}", True, "profile", f"t{number:03d}", T0 + number, 0)
        for number in range(230)
    ]
    await store.record(events)
    history = await store.history("profile")
    assert [entry.title_id for entry in history] == [f"t{n:03d}" for n in range(229, 29, -1)]


async def test_marks(store: RecommendationsStore) -> None:
    assert await store.is_marked("x") is False
    await store.mark("x")
    await store.mark("x")
    assert await store.is_marked("x") is True
