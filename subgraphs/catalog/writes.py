"""Writing the catalogue: every write and the events that tell of it are one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import EntityKey, record_change
from subgraphs.catalog.model import Person, Title
from subgraphs.catalog.store import person_of, title_of
from subgraphs.catalog.tables import credits, genres, people, title_genres, titles

MAX_AFFECTED = 500
"""Most entities that one event names; beyond that consumers find them by their own references."""


@dataclass(frozen=True, slots=True)
class VersionMismatch:
    """Somebody else wrote first; `current` is what stands now."""

    current: Title | Person


class UnknownGenre(ValueError):
    """A title was to get a genre that does not exist; `genre_id` names it."""

    def __init__(self, genre_id: str) -> None:
        super().__init__(f"There is no genre {genre_id}.")
        self.genre_id = genre_id


async def update_title(
    database: Database,
    title_id: str,
    changes: Mapping[str, Any],
    genre_ids: Sequence[str] | None = None,
    expected_version: int | None = None,
) -> Title | VersionMismatch | None:
    """Change columns of a title, and its genres if they are given.

    Returns the title as it is now, None if there is none, or what stands if its version is not
    the expected one. Raises `UnknownGenre`.
    """
    async with database.write() as session:
        query = select(titles).where(titles.c.id == title_id).with_for_update()
        row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        if expected_version not in (None, row.version):
            return VersionMismatch(title_of(row))
        if genre_ids is not None:
            await _replace_genres(session, title_id, genre_ids)
        written = (
            update(titles)
            .where(titles.c.id == title_id)
            .values(**changes, version=row.version + 1, updated_at=datetime.now(UTC))
            .returning(titles)
        )
        title = title_of((await session.execute(written)).one())
        affects = await _episodes(session, title_id)
        await record_change(session, "Title", title_id, version=title.version, affects=affects)
        return title


async def update_person(
    database: Database,
    person_id: str,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> Person | VersionMismatch | None:
    """Change columns of a person; returns as `update_title` does."""
    async with database.write() as session:
        query = select(people).where(people.c.id == person_id).with_for_update()
        row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        if expected_version not in (None, row.version):
            return VersionMismatch(person_of(row))
        written = (
            update(people)
            .where(people.c.id == person_id)
            .values(**changes, version=row.version + 1, updated_at=datetime.now(UTC))
            .returning(people)
        )
        person = person_of((await session.execute(written)).one())
        affects = await _credited_titles(session, person_id)
        await record_change(session, "Person", person_id, version=person.version, affects=affects)
        return person


async def _replace_genres(session: AsyncSession, title_id: str, ids: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(ids))
    known = set((await session.scalars(select(genres.c.id).where(genres.c.id.in_(wanted)))).all())
    for genre_id in wanted:
        if genre_id not in known:
            raise UnknownGenre(genre_id)
    await session.execute(delete(title_genres).where(title_genres.c.title_id == title_id))
    rows = [
        {"title_id": title_id, "position": position, "genre_id": genre_id}
        for position, genre_id in enumerate(wanted)
    ]
    if rows:
        await session.execute(insert(title_genres), rows)


async def _episodes(session: AsyncSession, series_id: str) -> list[tuple[str, EntityKey]]:
    query = select(titles.c.id).where(titles.c.series_id == series_id).order_by(titles.c.id)
    ids = (await session.scalars(query.limit(MAX_AFFECTED))).all()
    return [("Title", id_) for id_ in ids]


async def _credited_titles(session: AsyncSession, person_id: str) -> list[tuple[str, EntityKey]]:
    query = select(credits.c.title_id).where(credits.c.person_id == person_id).distinct()
    ids = (await session.scalars(query.order_by(credits.c.title_id).limit(MAX_AFFECTED))).all()
    return [("Title", id_) for id_ in ids]
