"""The catalogue's types in the graph."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

import strawberry

from subgraphs.catalog import loaders, model
from subgraphs.catalog.paging import (
    DEFAULT_FIRST,
    Count,
    PageInfo,
    encode_cursor,
    page_info,
    read_page_arguments,
)
from subgraphs.catalog.resources import CatalogInfo
from subgraphs.catalog.store import TitlePage

strawberry.enum(model.TitleKind, description="What a title is.")
strawberry.enum(
    model.MaturityRating, description="The age from which a title is meant to be watched."
)
strawberry.enum(model.CreditRole, description="What a person did for a title.")
strawberry.enum(model.ProductionStatus, description="How far the making of a title has come.")

First = Annotated[int, strawberry.argument(description="Size of the page, 1 to 500.")]
After = Annotated[str | None, strawberry.argument(description="Go on behind this cursor.")]


@strawberry.type(
    description="When a title may be played: from startsAt until before endsAt (null: no end)."
)
class AvailabilityWindow:
    """When a title may be played: from startsAt until before endsAt (null: no end)."""

    country: str | None = strawberry.field(
        description="ISO 3166-1 alpha-2 code; null for everywhere."
    )
    starts_at: datetime
    ends_at: datetime | None


@strawberry.type(description="One person's part in a title.")
class Credit:
    """One person's part in a title."""

    role: model.CreditRole
    character: str | None
    person: Person = strawberry.field(description="Who it is.")


@strawberry.federation.type(keys=["id"], description="The making of a title.")
class Production:
    """The making of a title."""

    id: strawberry.ID
    company: str
    country: str
    status: model.ProductionStatus
    title_id: strawberry.Private[str]

    @classmethod
    def of(cls, made: model.Production) -> Self:
        """Make the type of a stored production."""
        return cls(
            id=strawberry.ID(made.id),
            company=made.company,
            country=made.country,
            status=made.status,
            title_id=made.title_id,
        )

    @strawberry.field(description="What is made.")
    async def title(self, info: CatalogInfo) -> Title:
        """Load the title."""
        found = await info.context.loader(loaders.load_titles).load(self.title_id)
        assert found is not None, "a foreign key holds every production's title"
        return Title.of(found)

    @classmethod
    async def resolve_references(
        cls, info: CatalogInfo, ids: list[strawberry.ID]
    ) -> list[Production | None]:
        """Answer references in one batch."""
        found = await info.context.loader(loaders.load_productions).load_many(ids)
        return [None if made is None else cls.of(made) for made in found]


@strawberry.federation.type(keys=["id"], description="A kind of story.")
class Genre:
    """A kind of story."""

    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, genre: model.Genre) -> Self:
        """Make the type of a stored genre."""
        return cls(id=strawberry.ID(genre.id), name=genre.name)

    @strawberry.field(description="The titles of this genre, in the order of their ids.")
    async def titles(
        self, info: CatalogInfo, first: First = DEFAULT_FIRST, after: After = None
    ) -> TitleConnection:
        """Load a page of titles."""
        size, after_id = read_page_arguments(first, after)
        key = loaders.PageKey(self.id, size, after_id)
        page = await info.context.loader(loaders.load_pages_by_genre).load(key)
        counts = info.context.loader(loaders.load_counts_by_genre)
        return TitleConnection(page=page, after=after, count=lambda: counts.load(self.id))

    @classmethod
    async def resolve_references(
        cls, info: CatalogInfo, ids: list[strawberry.ID]
    ) -> list[Genre | None]:
        """Answer references in one batch."""
        found = await info.context.loader(loaders.load_genres).load_many(ids)
        return [None if genre is None else cls.of(genre) for genre in found]


@strawberry.federation.type(keys=["id"], description="Somebody with a credit.")
class Person:
    """Somebody with a credit."""

    id: strawberry.ID
    name: str
    birth_year: int | None
    version: int = strawberry.field(description="Grows by one with each change.")

    @classmethod
    def of(cls, person: model.Person) -> Self:
        """Make the type of a stored person."""
        return cls(
            id=strawberry.ID(person.id),
            name=person.name,
            birth_year=person.birth_year,
            version=person.version,
        )

    @strawberry.field(description="What the person has a credit in, in the order of ids.")
    async def titles(
        self, info: CatalogInfo, first: First = DEFAULT_FIRST, after: After = None
    ) -> TitleConnection:
        """Load a page of titles."""
        size, after_id = read_page_arguments(first, after)
        key = loaders.PageKey(self.id, size, after_id)
        page = await info.context.loader(loaders.load_pages_by_person).load(key)
        counts = info.context.loader(loaders.load_counts_by_person)
        return TitleConnection(page=page, after=after, count=lambda: counts.load(self.id))

    @classmethod
    async def resolve_references(
        cls, info: CatalogInfo, ids: list[strawberry.ID]
    ) -> list[Person | None]:
        """Answer references in one batch."""
        found = await info.context.loader(loaders.load_people).load_many(ids)
        return [None if person is None else cls.of(person) for person in found]


@strawberry.federation.type(keys=["id"], description="A film, a series or an episode of one.")
class Title:
    """A film, a series or an episode of one."""

    id: strawberry.ID
    # Shareable, because other subgraphs provide it along with references to titles.
    name: str = strawberry.federation.field(shareable=True, description="The name in English.")
    original_name: str | None = strawberry.field(description="The name at home, if it differs.")
    kind: model.TitleKind
    synopsis: str
    release_year: int
    runtime_minutes: int
    countries: list[str] = strawberry.field(description="Where it was made, ISO 3166 codes.")
    maturity_rating: model.MaturityRating
    season_number: int | None
    episode_number: int | None
    updated_at: datetime
    version: int = strawberry.field(description="Grows by one with each change.")
    popularity: float = strawberry.field(description="How popular it is, 0 to 1.")
    series_id: strawberry.Private[str | None]

    @classmethod
    def of(cls, title: model.Title) -> Self:
        """Make the type of a stored title."""
        return cls(
            id=strawberry.ID(title.id),
            name=title.name,
            original_name=title.original_name,
            kind=title.kind,
            synopsis=title.synopsis,
            release_year=title.release_year,
            runtime_minutes=title.runtime_minutes,
            countries=list(title.countries),
            maturity_rating=title.maturity_rating,
            season_number=title.season_number,
            episode_number=title.episode_number,
            updated_at=title.updated_at,
            version=title.version,
            popularity=title.popularity,
            series_id=title.series_id,
        )

    @strawberry.field(description="The genres, the most telling first.")
    async def genres(self, info: CatalogInfo) -> list[Genre]:
        """Load the genres."""
        found = await info.context.loader(loaders.load_genres_of_titles).load(self.id)
        return [Genre.of(genre) for genre in found]

    @strawberry.field(description="Who made it and who plays in it.")
    async def credits(self, info: CatalogInfo) -> list[Credit]:
        """Load the credits."""
        found = await info.context.loader(loaders.load_credits_of_titles).load(self.id)
        return [
            Credit(
                role=credited.role,
                character=credited.character,
                person=Person.of(credited.person),
            )
            for credited in found
        ]

    @strawberry.field(description="When and where it may be played.")
    async def availability(self, info: CatalogInfo) -> list[AvailabilityWindow]:
        """Load the windows."""
        found = await info.context.loader(loaders.load_windows_of_titles).load(self.id)
        return [
            AvailabilityWindow(
                country=window.country, starts_at=window.starts_at, ends_at=window.ends_at
            )
            for window in found
        ]

    @strawberry.field(description="Whether it may be played now in a country (null: in any).")
    async def is_available(self, info: CatalogInfo, country: str | None = None) -> bool:
        """Judge by the windows."""
        found = await info.context.loader(loaders.load_windows_of_titles).load(self.id)
        now = datetime.now(UTC)
        return any(window.is_open(now, country) for window in found)

    @strawberry.field(description="The series of an episode.")
    async def series(self, info: CatalogInfo) -> Title | None:
        """Load the series."""
        if self.series_id is None:
            return None
        found = await info.context.loader(loaders.load_titles).load(self.series_id)
        return None if found is None else Title.of(found)

    @strawberry.field(description="The episodes of a series, by season and number.")
    async def episodes(self, info: CatalogInfo) -> list[Title]:
        """Load the episodes."""
        if self.kind is not model.TitleKind.SERIES:
            return []
        found = await info.context.loader(loaders.load_episodes_of_series).load(self.id)
        return [Title.of(title) for title in found]

    @strawberry.field(description="The making of it, where that is known.")
    async def production(self, info: CatalogInfo) -> Production | None:
        """Load the production."""
        found = await info.context.loader(loaders.load_productions_of_titles).load(self.id)
        return None if found is None else Production.of(found)

    @classmethod
    async def resolve_references(
        cls, info: CatalogInfo, ids: list[strawberry.ID]
    ) -> list[Title | None]:
        """Answer references in one batch."""
        found = await info.context.loader(loaders.load_titles).load_many(ids)
        return [None if title is None else cls.of(title) for title in found]


@strawberry.type(description="A title in a list.")
class TitleEdge:
    """A title in a list."""

    cursor: str
    node: Title


@strawberry.type(description="A page of titles.")
class TitleConnection:
    """A page of titles."""

    page: strawberry.Private[TitlePage]
    after: strawberry.Private[str | None]
    count: strawberry.Private[Count]

    @strawberry.field
    def edges(self) -> list[TitleEdge]:
        """List the titles with their cursors."""
        return [
            TitleEdge(cursor=encode_cursor(title.id), node=Title.of(title))
            for title in self.page.titles
        ]

    @strawberry.field
    def nodes(self) -> list[Title]:
        """List the titles alone."""
        return [Title.of(title) for title in self.page.titles]

    @strawberry.field
    def page_info(self) -> PageInfo:
        """Say where the page stands."""
        return page_info(self.page, self.after)

    @strawberry.field(description="How many titles the whole list has.")
    async def total_count(self) -> int:
        """Count them."""
        return await self.count()
