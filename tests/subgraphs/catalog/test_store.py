from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from reelgraph_dgs.database import Database
from reelgraph_dgs.errors import BadRequest
from subgraphs.catalog.loading import insert_new, load_step, read_progress
from subgraphs.catalog.model import AvailabilityWindow, Title, TitleKind
from subgraphs.catalog.paging import decode_cursor, encode_cursor
from subgraphs.catalog.seed import read_films, seed_films
from subgraphs.catalog.store import CatalogStore, TitleFilter
from subgraphs.catalog.tables import metadata
from subgraphs.catalog.writes import UnknownGenre, VersionMismatch, update_person, update_title

Changes = Callable[[], Awaitable[list[bytes]]]


async def test_the_first_start_fills_the_catalogue_and_tells_of_everything(
    seeded: Database, changes: Changes
) -> None:
    people, films = read_films(datetime.now(UTC))
    told = [json.loads(value) for value in await changes()]
    assert {(c["type"], c["key"]["id"]) for c in told} == {
        *(("Person", person.id) for person in people),
        *(("Title", film.title.id) for film in films),
    }
    assert all(c["op"] == "UPSERT" and c["version"] == 1 for c in told)


async def test_another_start_tells_nothing(seeded: Database, changes: Changes) -> None:
    before = await changes()
    assert await seed_films(seeded) is False
    assert await changes() == before


async def test_two_first_starts_at_once_fill_it_once(tmp_path: Path, database: Database) -> None:
    other = Database(f"sqlite+aiosqlite:///{tmp_path}/catalog/catalog.db")
    try:
        outcomes = await asyncio.gather(seed_films(database), seed_films(other))
    finally:
        await other.close()
    assert sorted(outcomes) == [False, True]


async def test_a_load_that_dies_leaves_nothing(database: Database) -> None:
    people, films = read_films(datetime.now(UTC))
    with pytest.raises(IntegrityError):
        async with load_step(database, "films", done=1) as load:
            # People are missing, so the credits cannot be stored.
            await insert_new(load.session, people[:1], films, datetime.now(UTC))
    assert await read_progress(database, "films") == 0
    assert await CatalogStore(database).count_titles(TitleFilter()) == 0
    assert await seed_films(database) is True


async def test_pages_walk_through_everything_once(store: CatalogStore) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await store.title_page(TitleFilter(), 50, after)
        seen += [title.id for title in page.titles]
        if not page.has_next:
            break
        after = page.titles[-1].id
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == await store.count_titles(TitleFilter())


async def test_filters_narrow(store: CatalogStore) -> None:
    episodes = await store.title_page(TitleFilter(kind=TitleKind.EPISODE), 500)
    assert {title.kind for title in episodes.titles} == {TitleKind.EPISODE}
    assert len(episodes.titles) == await store.count_titles(TitleFilter(kind=TitleKind.EPISODE))
    westerns = await store.title_page(TitleFilter(genre_id="western"), 500)
    genres = await store.genres_of_titles([title.id for title in westerns.titles])
    assert all("western" in {genre.id for genre in found} for found in genres.values())
    assert len(genres) == len(westerns.titles) > 10


async def test_pages_of_many_parents_are_those_of_each(
    store: CatalogStore, statements: list[str]
) -> None:
    ids = [*(await store.genres()), "no-such-genre"]
    statements.clear()
    together = await store.pages_by_genre(ids, 3, "d")
    assert len(statements) == 1
    for id_ in ids:
        alone = await store.title_page(TitleFilter(genre_id=id_), 3, "d")
        assert together[id_] == alone


async def test_a_person_with_two_credits_in_a_title_has_it_once(store: CatalogStore) -> None:
    page = (await store.pages_by_person(["buster-keaton"], 100, None))["buster-keaton"]
    assert len(page.titles) == len({title.id for title in page.titles})
    counts = await store.counts_by_person(["buster-keaton"])
    assert counts == {"buster-keaton": len(page.titles)}


async def test_episodes_come_by_season_and_number(store: CatalogStore) -> None:
    found = await store.episodes_of_series(["les-vampires-1915"])
    assert [title.episode_number for title in found["les-vampires-1915"]] == list(range(1, 11))


async def test_an_update_and_its_event_are_one(seeded: Database, changes: Changes) -> None:
    before = len(await changes())
    title = await update_title(
        seeded, "nosferatu-1922", {"name": "Orlok"}, genre_ids=["horror", "drama"]
    )
    assert isinstance(title, Title)
    assert (title.name, title.version) == ("Orlok", 2)
    event = json.loads((await changes())[-1])
    assert len(await changes()) == before + 1
    assert (event["type"], event["key"], event["op"], event["version"]) == (
        "Title",
        {"id": "nosferatu-1922"},
        "UPSERT",
        2,
    )
    store = CatalogStore(seeded)
    assert (await store.titles(["nosferatu-1922"]))["nosferatu-1922"] == title
    genres = (await store.genres_of_titles(["nosferatu-1922"]))["nosferatu-1922"]
    assert [genre.id for genre in genres] == ["horror", "drama"]


async def test_a_refused_update_leaves_no_trace(seeded: Database, changes: Changes) -> None:
    before = await changes()
    assert await update_title(seeded, "no-such-title", {"name": "X"}) is None
    stale = await update_title(seeded, "nosferatu-1922", {"name": "X"}, expected_version=7)
    assert isinstance(stale, VersionMismatch)
    assert stale.current.name == "Nosferatu"
    with pytest.raises(UnknownGenre, match="opera"):
        await update_title(seeded, "nosferatu-1922", {"name": "X"}, genre_ids=["opera"])
    assert await changes() == before
    stored = await CatalogStore(seeded).titles(["nosferatu-1922"])
    assert stored["nosferatu-1922"].name == "Nosferatu"


async def test_of_two_writers_with_the_same_version_one_wins(seeded: Database) -> None:
    outcomes = await asyncio.gather(
        *(
            update_title(seeded, "metropolis-1927", {"synopsis": text}, expected_version=1)
            for text in ("one", "two", "three")
        )
    )
    assert Counter(type(outcome) for outcome in outcomes) == {Title: 1, VersionMismatch: 2}


async def test_renaming_a_person_names_the_titles_that_show_it(
    seeded: Database, changes: Changes
) -> None:
    await update_person(seeded, "max-schreck", {"name": "M. Schreck"})
    event = json.loads((await changes())[-1])
    assert event["affects"] == [{"type": "Title", "key": {"id": "nosferatu-1922"}}]


async def test_changing_a_series_names_its_episodes(seeded: Database, changes: Changes) -> None:
    await update_title(seeded, "fantomas-1913", {"name": "Fantomas"})
    event = json.loads((await changes())[-1])
    assert [entry["key"]["id"] for entry in event["affects"]] == [
        f"fantomas-1913-s1e{number}" for number in range(1, 6)
    ]


async def test_tables_can_be_made_again(database: Database) -> None:
    await database.create_tables(metadata)


@given(st.text(min_size=1, max_size=50))
def test_cursors_read_back(title_id: str) -> None:
    assert decode_cursor(encode_cursor(title_id)) == title_id


@given(st.text(max_size=30))
def test_what_is_no_cursor_is_a_bad_request(text: str) -> None:
    try:
        decoded = decode_cursor(text)
    except BadRequest:
        assert not text.startswith(encode_cursor("")[:8])
    else:
        assert decode_cursor(encode_cursor(decoded)) == decoded


START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "at", "country", "is_open"),
    [
        (AvailabilityWindow(START), START, "DE", True),
        (AvailabilityWindow(START), datetime(2024, 12, 31, tzinfo=UTC), "DE", False),
        (AvailabilityWindow(START, END), END, "DE", False),
        (AvailabilityWindow(START, END, "DE"), START, "DE", True),
        (AvailabilityWindow(START, END, "DE"), START, "FR", False),
        (AvailabilityWindow(START, END, "DE"), START, None, True),
    ],
)
def test_windows(
    window: AvailabilityWindow, at: datetime, country: str | None, is_open: bool
) -> None:
    assert window.is_open(at, country) is is_open
