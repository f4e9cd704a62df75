"""What recommendations keeps: title features, plays, and the history of profiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from math import exp2, inf
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reelgraph_dgs.database import Database
from subgraphs.recommendations.features import TitleFeatures
from subgraphs.recommendations.rows import Watched
from subgraphs.recommendations.tables import features, history, marks, plays, seen_events

MAX_HISTORY = 200
HALF_LIFE_SECONDS = 7 * 86_400
_SEEN_KEPT_SECONDS = 8 * 86_400
"""Longer than the event log keeps events: what is forgotten cannot come again."""

_PAGE = 1000
"""Requests are answered between two pages of a load."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An event of `playback.activity`; `at` in unix seconds, `position` in seconds."""

    id: str
    is_start: bool
    profile_id: str
    title_id: str
    at: float
    position: int


@dataclass(frozen=True, slots=True)
class Plays:
    """A title's decayed number of plays, as it stood at `at`."""

    title_id: str
    plays: float
    at: float


class RecommendationsStore:
    """The tables, over SQLAlchemy."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def all_features(self) -> AsyncIterator[list[TitleFeatures]]:
        """Give the features of all titles in pages."""
        after = ""
        while True:
            query = select(features).where(features.c.id > after).order_by(features.c.id)
            async with self.database.read() as session:
                rows = (await session.execute(query.limit(_PAGE))).all()
            if not rows:
                return
            yield [_features_of(row) for row in rows]
            after = rows[-1].id

    async def all_plays(self) -> list[Plays]:
        """Return the plays of all titles that were ever played."""
        async with self.database.read() as session:
            rows = (await session.execute(select(plays))).all()
        return [Plays(row.title_id, row.plays, row.at) for row in rows]

    async def save_features(
        self, changed: Sequence[TitleFeatures], deleted: Sequence[str] = ()
    ) -> None:
        """Replace the features of some titles and forget others."""
        async with self.database.write() as session:
            ids = [title.id for title in changed] + list(deleted)
            await session.execute(delete(features).where(features.c.id.in_(ids)))
            if changed:
                await session.execute(insert(features), [_feature_row(title) for title in changed])

    async def is_marked(self, name: str) -> bool:
        """Say whether something was done in the life of this store."""
        async with self.database.read() as session:
            found = await session.scalar(select(marks.c.name).where(marks.c.name == name))
        return found is not None

    async def mark(self, name: str) -> None:
        """Note that something was done."""
        async with self.database.write() as session:
            await session.execute(delete(marks).where(marks.c.name == name))
            await session.execute(insert(marks).values(name=name))

    async def history(self, profile_id: str) -> list[Watched]:
        """Return what a profile watched, newest first, at most 200 titles."""
        query = (
            select(history)
            .where(history.c.profile_id == profile_id)
            .order_by(history.c.at.desc(), history.c.title_id)
            .limit(MAX_HISTORY)
        )
        async with self.database.read() as session:
            rows = (await session.execute(query)).all()
        return [Watched(row.title_id, row.at, row.position) for row in rows]

    async def record(self, activities: Sequence[Activity]) -> list[Plays]:
        """Count activities that were not counted before; returns the plays that changed.

        One transaction, so that a batch that comes again after a crash counts once. Order does
        not matter: the newest event of a profile and title tells the position.
        """
        async with self.database.write() as session:
            fresh = await _unseen(session, activities)
            await _update_history(session, fresh)
            return await _update_plays(session, [event for event in fresh if event.is_start])


async def _unseen(session: AsyncSession, activities: Sequence[Activity]) -> list[Activity]:
    by_id = {activity.id: activity for activity in activities}
    known = select(seen_events.c.id).where(seen_events.c.id.in_(by_id))
    for id_ in (await session.scalars(known)).all():
        del by_id[id_]
    fresh = list(by_id.values())
    if fresh:
        await session.execute(
            insert(seen_events), [{"id": event.id, "at": event.at} for event in fresh]
        )
        oldest = max(event.at for event in fresh) - _SEEN_KEPT_SECONDS
        await session.execute(delete(seen_events).where(seen_events.c.at < oldest))
    return fresh


async def _update_history(session: AsyncSession, events: Sequence[Activity]) -> None:
    newest: dict[tuple[str, str], Activity] = {}
    for event in sorted(events, key=lambda event: event.at):
        newest[event.profile_id, event.title_id] = event
    for event in newest.values():
        key = (history.c.profile_id == event.profile_id) & (history.c.title_id == event.title_id)
        stored = await session.scalar(select(history.c.at).where(key).with_for_update())
        values = {"at": event.at, "position": event.position}
        if stored is None:
            row = {"profile_id": event.profile_id, "title_id": event.title_id, **values}
            await session.execute(insert(history), [row])
        elif stored <= event.at:
            await session.execute(update(history).where(key).values(values))


async def _update_plays(session: AsyncSession, starts: Sequence[Activity]) -> list[Plays]:
    changed: dict[str, Plays] = {}
    ids = {event.title_id for event in starts}
    query = select(plays).where(plays.c.title_id.in_(ids)).with_for_update()
    for row in (await session.execute(query)).all():
        changed[row.title_id] = Plays(row.title_id, row.plays, row.at)
    for event in starts:
        changed[event.title_id] = add_play(changed.get(event.title_id), event.title_id, event.at)
    await _replace(session, plays, list(changed.values()))
    return list(changed.values())


async def _replace(session: AsyncSession, table: Table, rows: Sequence[Plays]) -> None:
    if not rows:
        return
    ids = [row.title_id for row in rows]
    await session.execute(delete(table).where(table.c.title_id.in_(ids)))
    values = [{"title_id": row.title_id, "plays": row.plays, "at": row.at} for row in rows]
    await session.execute(insert(table), values)


def add_play(before: Plays | None, title_id: str, at: float) -> Plays:
    """Add one play at a moment, letting the older ones decay; a late one counts decayed."""
    if before is None:
        return Plays(title_id, 1.0, at)
    if at >= before.at:
        return Plays(title_id, 1.0 + before.plays * exp2((before.at - at) / HALF_LIFE_SECONDS), at)
    return Plays(title_id, before.plays + exp2((at - before.at) / HALF_LIFE_SECONDS), before.at)


def _feature_row(title: TitleFeatures) -> dict[str, Any]:
    return {
        "id": title.id,
        "name": title.name,
        "kind": title.kind,
        "year": title.year,
        "level": title.level,
        "prior": title.prior,
        "version": title.version,
        "genres": [list(genre) for genre in title.genres],
        "people": list(title.people),
        "opens": None if title.opens == inf else title.opens,
        "closes": title.closes,
        "countries": list(title.countries),
        "series_id": title.series_id,
    }


def _features_of(row: Row[Any]) -> TitleFeatures:
    return TitleFeatures(
        id=row.id,
        name=row.name,
        kind=row.kind,
        year=row.year,
        level=row.level,
        prior=row.prior,
        version=row.version,
        genres=tuple((id_, name) for id_, name in row.genres),
        people=tuple(row.people),
        opens=inf if row.opens is None else row.opens,
        closes=row.closes,
        countries=tuple(row.countries),
        series_id=row.series_id,
    )
