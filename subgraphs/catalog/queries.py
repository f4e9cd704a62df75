"""The catalogue's entry points for reading."""

from __future__ import annotations

import strawberry

from subgraphs.catalog import loaders
from subgraphs.catalog.model import TitleKind
from subgraphs.catalog.paging import DEFAULT_FIRST, read_page_arguments
from subgraphs.catalog.resources import CatalogInfo
from subgraphs.catalog.store import TitleFilter
from subgraphs.catalog.types import After, First, Genre, Person, Title, TitleConnection


@strawberry.type
class Query:
    """Reading the catalogue."""

    @strawberry.field(description="One title by its id.")
    async def title(self, info: CatalogInfo, id: strawberry.ID) -> Title | None:
        """Load a title."""
        found = await info.context.loader(loaders.load_titles).load(id)
        return None if found is None else Title.of(found)

    @strawberry.field(description="All titles in the order of their ids.")
    async def titles(
        self,
        info: CatalogInfo,
        first: First = DEFAULT_FIRST,
        after: After = None,
        genre: strawberry.ID | None = None,
        kind: TitleKind | None = None,
    ) -> TitleConnection:
        """Load a page of titles."""
        size, after_id = read_page_arguments(first, after)
        narrowed = TitleFilter(genre_id=genre, kind=kind)
        page = await info.context.resources.store.title_page(narrowed, size, after_id)
        counts = info.context.loader(loaders.load_counts)
        return TitleConnection(page=page, after=after, count=lambda: counts.load(narrowed))

    @strawberry.field(description="One person by their id.")
    async def person(self, info: CatalogInfo, id: strawberry.ID) -> Person | None:
        """Load a person."""
        found = await info.context.loader(loaders.load_people).load(id)
        return None if found is None else Person.of(found)

    @strawberry.field(description="All genres by name.")
    async def genres(self, info: CatalogInfo) -> list[Genre]:
        """Load all genres."""
        return [Genre.of(genre) for genre in (await info.context.resources.store.genres()).values()]
