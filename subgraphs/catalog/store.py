"""Reading the catalogue: each method is one statement, however many ids it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, func, literal, select, union_all

from reelgraph_dgs.database import Database
from subgraphs.catalog.model import (
    AvailabilityWindow,
    CreditRole,
    Genre,
    MaturityRating,
    Person,
    Production,
    ProductionStatus,
    Title,
    TitleKind,
)
from subgraphs.catalog.tables import (
    availability_windows,
    credits,
    genres,
    people,
    productions,
    title_genres,
    titles,
)

_PARENTS_PER_STATEMENT = 100
"""SQLite allows 500 SELECTs in a compound statement; this stays well below."""


@dataclass(frozen=True, slots=True)
class TitlePage:
    """Titles in the order of their ids, and whether more follow."""

    titles: tuple[Title, ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """Which titles are meant; None does not narrow."""

    genre_id: str | None = None
    kind: TitleKind | None = None


@dataclass(frozen=True, slots=True)
class CreditedPerson:
    """A credit with the person it names."""

    role: CreditRole
    character: str | None
    person: Person


class CatalogStore:
    """The catalogue as a database holds it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def titles(self, ids: Sequence[str]) -> dict[str, Title]:
        """Return the titles that exist, by id."""
        rows = await self._rows(select(titles).where(titles.c.id.in_(ids)))
        return {row.id: title_of(row) for row in rows}

    async def people(self, ids: Sequence[str]) -> dict[str, Person]:
        """Return the people that exist, by id."""
        rows = await self._rows(select(people).where(people.c.id.in_(ids)))
        return {row.id: person_of(row) for row in rows}

    async def genres(self, ids: Sequence[str] | None = None) -> dict[str, Genre]:
        """Return the genres that exist by id, or all of them, in the order of their names."""
        query = select(genres).order_by(genres.c.name, genres.c.id)
        rows = await self._rows(query if ids is None else query.where(genres.c.id.in_(ids)))
        return {row.id: Genre(row.id, row.name) for row in rows}

    async def title_page(
        self, narrowed: TitleFilter, first: int, after: str | None = None
    ) -> TitlePage:
        """Return at most `first` titles whose ids come after `after`, in the order of ids."""
        query = select(titles).where(*_conditions(narrowed))
        if after is not None:
            query = query.where(titles.c.id > after)
        return _page(await self._rows(query.order_by(titles.c.id).limit(first + 1)), first)

    async def count_titles(self, narrowed: TitleFilter) -> int:
        """Count the titles of a filter."""
        query = select(func.count()).select_from(titles).where(*_conditions(narrowed))
        return int((await self._rows(query))[0][0])

    async def pages_by_genre(
        self, ids: Sequence[str], first: int, after: str | None
    ) -> dict[str, TitlePage]:
        """Return a page of titles for each genre."""
        parent = title_genres.c.genre_id
        return await self._pages(parent, title_genres.c.title_id, ids, first, after)

    async def pages_by_person(
        self, ids: Sequence[str], first: int, after: str | None
    ) -> dict[str, TitlePage]:
        """Return a page of the titles that each person has a credit in."""
        return await self._pages(credits.c.person_id, credits.c.title_id, ids, first, after)

    async def counts_by_genre(self, ids: Sequence[str]) -> dict[str, int]:
        """Count the titles of each genre that has any."""
        return await self._counts(title_genres.c.genre_id, title_genres.c.title_id, ids)

    async def counts_by_person(self, ids: Sequence[str]) -> dict[str, int]:
        """Count the titles of each person who has any."""
        return await self._counts(credits.c.person_id, credits.c.title_id, ids)

    async def genres_of_titles(self, ids: Sequence[str]) -> dict[str, list[Genre]]:
        """Return the genres of each title in their order; no entry for a title without any."""
        query = (
            select(title_genres.c.title_id, genres.c.id, genres.c.name)
            .join(genres, genres.c.id == title_genres.c.genre_id)
            .where(title_genres.c.title_id.in_(ids))
            .order_by(title_genres.c.title_id, title_genres.c.position)
        )
        found: dict[str, list[Genre]] = {}
        for row in await self._rows(query):
            found.setdefault(row.title_id, []).append(Genre(row.id, row.name))
        return found

    async def credits_of_titles(self, ids: Sequence[str]) -> dict[str, list[CreditedPerson]]:
        """Return the credits of each title in their order, with their people."""
        query = (
            select(
                credits.c.title_id,
                credits.c.role,
                credits.c.character,
                people.c.id,
                people.c.name,
                people.c.birth_year,
                people.c.version,
            )
            .join(people, people.c.id == credits.c.person_id)
            .where(credits.c.title_id.in_(ids))
            .order_by(credits.c.title_id, credits.c.position)
        )
        found: dict[str, list[CreditedPerson]] = {}
        for row in await self._rows(query):
            credited = CreditedPerson(CreditRole(row.role), row.character, person_of(row))
            found.setdefault(row.title_id, []).append(credited)
        return found

    async def windows_of_titles(self, ids: Sequence[str]) -> dict[str, list[AvailabilityWindow]]:
        """Return the availability windows of each title in their order."""
        query = (
            select(availability_windows)
            .where(availability_windows.c.title_id.in_(ids))
            .order_by(availability_windows.c.title_id, availability_windows.c.position)
        )
        found: dict[str, list[AvailabilityWindow]] = {}
        for row in await self._rows(query):
            window = AvailabilityWindow(row.starts_at, row.ends_at, row.country)
            found.setdefault(row.title_id, []).append(window)
        return found

    async def productions_of_titles(self, ids: Sequence[str]) -> dict[str, Production]:
        """Return the production of each title that has one."""
        rows = await self._rows(select(productions).where(productions.c.title_id.in_(ids)))
        return {row.title_id: _production_of(row) for row in rows}

    async def productions(self, ids: Sequence[str]) -> dict[str, Production]:
        """Return the productions that exist, by id."""
        rows = await self._rows(select(productions).where(productions.c.id.in_(ids)))
        return {row.id: _production_of(row) for row in rows}

    async def episodes_of_series(self, ids: Sequence[str]) -> dict[str, list[Title]]:
        """Return the episodes of each series, by season and number."""
        query = (
            select(titles)
            .where(titles.c.series_id.in_(ids))
            .order_by(
                titles.c.series_id, titles.c.season_number, titles.c.episode_number, titles.c.id
            )
        )
        found: dict[str, list[Title]] = {}
        for row in await self._rows(query):
            found.setdefault(row.series_id, []).append(title_of(row))
        return found

    async def _counts(
        self, parent: ColumnElement[str], title_id: ColumnElement[str], ids: Sequence[str]
    ) -> dict[str, int]:
        number = func.count(title_id.distinct()).label("number")
        query = select(parent.label("id"), number).where(parent.in_(ids)).group_by(parent)
        return {row.id: row.number for row in await self._rows(query)}

    async def _pages(
        self,
        parent: ColumnElement[str],
        title_id: ColumnElement[str],
        ids: Sequence[str],
        first: int,
        after: str | None,
    ) -> dict[str, TitlePage]:
        pages: dict[str, TitlePage] = {}
        for start in range(0, len(ids), _PARENTS_PER_STATEMENT):
            chunk = ids[start : start + _PARENTS_PER_STATEMENT]
            # A limited SELECT a parent reads `first` index entries of each; one window function
            # over all of them would read every title of every parent.
            limited = [_first_titles(parent, title_id, id_, first, after) for id_ in chunk]
            grouped: dict[str, list[Row[Any]]] = {id_: [] for id_ in chunk}
            for row in await self._rows(union_all(*limited).order_by("parent_id", "rank")):
                grouped[row.parent_id].append(row)
            pages |= {id_: _page(rows, first) for id_, rows in grouped.items()}
        return pages

    async def _rows(self, query: Any) -> Sequence[Row[Any]]:
        async with self.database.read() as session:
            return (await session.execute(query)).all()


def title_of(row: Row[Any]) -> Title:
    """Make a title of a row of `titles`."""
    return Title(
        id=row.id,
        name=row.name,
        original_name=row.original_name,
        kind=TitleKind(row.kind),
        synopsis=row.synopsis,
        release_year=row.release_year,
        runtime_minutes=row.runtime_minutes,
        countries=tuple(row.countries),
        maturity_rating=MaturityRating(row.maturity_rating),
        series_id=row.series_id,
        season_number=row.season_number,
        episode_number=row.episode_number,
        popularity=row.popularity,
        version=row.version,
        updated_at=row.updated_at,
    )


def person_of(row: Row[Any]) -> Person:
    """Make a person of a row of `people`."""
    return Person(row.id, row.name, row.birth_year, row.version)


def _production_of(row: Row[Any]) -> Production:
    status = ProductionStatus(row.status)
    return Production(row.id, row.title_id, row.company, row.country, status)


def _conditions(narrowed: TitleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.kind is not None:
        conditions.append(titles.c.kind == narrowed.kind.value)
    if narrowed.genre_id is not None:
        of_genre = select(title_genres.c.title_id).where(
            title_genres.c.genre_id == narrowed.genre_id
        )
        conditions.append(titles.c.id.in_(of_genre))
    return conditions


def _first_titles(
    parent: ColumnElement[str],
    title_id: ColumnElement[str],
    parent_id: str,
    first: int,
    after: str | None,
) -> Select[Any]:
    ids = select(title_id.label("id")).where(parent == parent_id).distinct()
    if after is not None:
        ids = ids.where(title_id > after)
    few = ids.order_by(title_id).limit(first + 1).subquery()
    rank = func.row_number().over(order_by=titles.c.id).label("rank")
    tag = literal(parent_id, String).label("parent_id")
    return select(titles, tag, rank).join(few, few.c.id == titles.c.id)


def _page(rows: Sequence[Row[Any]], first: int) -> TitlePage:
    return TitlePage(tuple(title_of(row) for row in rows[:first]), len(rows) > first)
