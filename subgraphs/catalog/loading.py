"""Putting many titles and people in at once: the seed of a first start and the generator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import Change, record_changes
from subgraphs.catalog.model import Person, TitleRecord, genre_id
from subgraphs.catalog.tables import (
    availability_windows,
    credits,
    genres,
    people,
    productions,
    progress,
    title_genres,
    titles,
)

_IDS_PER_STATEMENT = 1000
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Load:
    """One transaction of a load: the session, and how far the load had come before it."""

    session: AsyncSession
    done: int


async def read_progress(database: Database, name: str) -> int:
    """Return how far a load has come, 0 if it was never begun."""
    async with database.read() as session:
        query = select(progress.c.done).where(progress.c.load == name)
        return (await session.scalar(query)) or 0


@asynccontextmanager
async def load_step(database: Database, name: str, done: int) -> AsyncIterator[Load]:
    """Give a transaction whose commit also notes that the load has come as far as `done`.

    Two processes that load the same wait for each other here; `Load.done` tells the second what
    the first has done meanwhile.
    """
    async with database.write() as session:
        query = select(progress.c.done).where(progress.c.load == name).with_for_update()
        before = await session.scalar(query)
        if before is None:
            await session.execute(insert(progress).values(load=name, done=0))
        yield Load(session, before or 0)
        if done > (before or 0):
            await session.execute(update(progress).where(progress.c.load == name).values(done=done))


async def insert_new(
    session: AsyncSession,
    new_people: Sequence[Person],
    records: Sequence[TitleRecord],
    at: datetime,
) -> int:
    """Insert what is not there yet and record its changes; returns the number of new titles.

    What is there stays as it is, so a load may be repeated.
    """
    known_people = await _known(session, people.c.id, [person.id for person in new_people])
    known_titles = await _known(session, titles.c.id, [record.title.id for record in records])
    fresh_people = [person for person in new_people if person.id not in known_people]
    fresh = [record for record in records if record.title.id not in known_titles]
    await _insert_genres(session, fresh)
    await _insert(session, people, [_person_row(person, at) for person in fresh_people])
    # A series stands before its episodes, which refer to it.
    fresh.sort(key=lambda record: record.title.series_id is not None)
    await _insert(session, titles, [_title_row(record) for record in fresh])
    await _insert(session, title_genres, [row for record in fresh for row in _genre_rows(record)])
    await _insert(session, credits, [row for record in fresh for row in _credit_rows(record)])
    await _insert(
        session, availability_windows, [row for record in fresh for row in _window_rows(record)]
    )
    await _insert(session, productions, [row for r in fresh for row in _production_rows(r)])
    await record_changes(
        session,
        [Change("Person", person.id, version=person.version) for person in fresh_people]
        + [Change("Title", record.title.id, version=record.title.version) for record in fresh],
    )
    return len(fresh)


async def _known(session: AsyncSession, column: ColumnElement[str], ids: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(ids), _IDS_PER_STATEMENT):
        chunk = ids[start : start + _IDS_PER_STATEMENT]
        known.update((await session.scalars(select(column).where(column.in_(chunk)))).all())
    return known


async def _insert_genres(session: AsyncSession, records: Iterable[TitleRecord]) -> None:
    names = {genre_id(name): name for record in records for name in record.genres}
    known = await _known(session, genres.c.id, list(names))
    rows = [{"id": id_, "name": name} for id_, name in names.items() if id_ not in known]
    await _insert(session, genres, sorted(rows, key=lambda row: row["id"]))


async def _insert(session: AsyncSession, table: Table, rows: Rows) -> None:
    if rows:
        await session.execute(insert(table), rows)


def _person_row(person: Person, at: datetime) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "birth_year": person.birth_year,
        "version": person.version,
        "updated_at": at,
    }


def _title_row(record: TitleRecord) -> dict[str, Any]:
    title = record.title
    return {
        "id": title.id,
        "name": title.name,
        "original_name": title.original_name,
        "kind": title.kind.value,
        "synopsis": title.synopsis,
        "release_year": title.release_year,
        "runtime_minutes": title.runtime_minutes,
        "countries": list(title.countries),
        "maturity_rating": title.maturity_rating.value,
        "series_id": title.series_id,
        "season_number": title.season_number,
        "episode_number": title.episode_number,
        "popularity": title.popularity,
        "version": title.version,
        "updated_at": title.updated_at,
    }


def _genre_rows(record: TitleRecord) -> Rows:
    return [
        {"title_id": record.title.id, "position": position, "genre_id": genre_id(name)}
        for position, name in enumerate(record.genres)
    ]


def _credit_rows(record: TitleRecord) -> Rows:
    return [
        {
            "title_id": record.title.id,
            "position": position,
            "role": credit.role.value,
            "person_id": credit.person_id,
            "character": credit.character,
        }
        for position, credit in enumerate(record.credits)
    ]


def _window_rows(record: TitleRecord) -> Rows:
    return [
        {
            "title_id": record.title.id,
            "position": position,
            "country": window.country,
            "starts_at": window.starts_at,
            "ends_at": window.ends_at,
        }
        for position, window in enumerate(record.windows)
    ]


def _production_rows(record: TitleRecord) -> Rows:
    made = record.production
    if made is None:
        return []
    return [
        {
            "id": made.id,
            "title_id": made.title_id,
            "company": made.company,
            "country": made.country,
            "status": made.status.value,
        }
    ]
