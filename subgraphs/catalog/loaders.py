"""Batch functions behind the resolvers: one call of the store for all keys of one moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from subgraphs.catalog.model import AvailabilityWindow, Genre, Person, Production, Title
from subgraphs.catalog.resources import CatalogContext
from subgraphs.catalog.store import CreditedPerson, TitleFilter, TitlePage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageKey:
    """A page of one parent's titles."""

    parent_id: str
    first: int
    after: str | None


async def load_titles(context: CatalogContext, ids: list[str]) -> list[Title | None]:
    """Load titles by id."""
    found = await context.resources.store.titles(ids)
    return [found.get(id_) for id_ in ids]


async def load_people(context: CatalogContext, ids: list[str]) -> list[Person | None]:
    """Load people by id."""
    found = await context.resources.store.people(ids)
    return [found.get(id_) for id_ in ids]


async def load_genres(context: CatalogContext, ids: list[str]) -> list[Genre | None]:
    """Load genres by id."""
    found = await context.resources.store.genres(ids)
    return [found.get(id_) for id_ in ids]


async def load_productions(context: CatalogContext, ids: list[str]) -> list[Production | None]:
    """Load productions by id."""
    found = await context.resources.store.productions(ids)
    return [found.get(id_) for id_ in ids]


async def load_genres_of_titles(context: CatalogContext, ids: list[str]) -> list[list[Genre]]:
    """Load each title's genres."""
    found = await context.resources.store.genres_of_titles(ids)
    return [found.get(id_, []) for id_ in ids]


async def load_credits_of_titles(
    context: CatalogContext, ids: list[str]
) -> list[list[CreditedPerson]]:
    """Load each title's credits and their people."""
    found = await context.resources.store.credits_of_titles(ids)
    return [found.get(id_, []) for id_ in ids]


async def load_windows_of_titles(
    context: CatalogContext, ids: list[str]
) -> list[list[AvailabilityWindow]]:
    """Load each title's availability windows."""
    found = await context.resources.store.windows_of_titles(ids)
    return [found.get(id_, []) for id_ in ids]


async def load_productions_of_titles(
    context: CatalogContext, ids: list[str]
) -> list[Production | None]:
    """Load each title's production."""
    found = await context.resources.store.productions_of_titles(ids)
    return [found.get(id_) for id_ in ids]


async def load_episodes_of_series(context: CatalogContext, ids: list[str]) -> list[list[Title]]:
    """Load each series' episodes."""
    found = await context.resources.store.episodes_of_series(ids)
    return [found.get(id_, []) for id_ in ids]


async def load_pages_by_genre(context: CatalogContext, keys: list[PageKey]) -> list[TitlePage]:
    """Load pages of the titles of genres."""
    return await _pages(keys, context.resources.store.pages_by_genre)


async def load_pages_by_person(context: CatalogContext, keys: list[PageKey]) -> list[TitlePage]:
    """Load pages of the titles of people."""
    return await _pages(keys, context.resources.store.pages_by_person)


async def load_counts_by_genre(context: CatalogContext, ids: list[str]) -> list[int]:
    """Count each genre's titles."""
    found = await context.resources.store.counts_by_genre(ids)
    return [found.get(id_, 0) for id_ in ids]


async def load_counts_by_person(context: CatalogContext, ids: list[str]) -> list[int]:
    """Count the titles that each person has a credit in."""
    found = await context.resources.store.counts_by_person(ids)
    return [found.get(id_, 0) for id_ in ids]


async def load_counts(context: CatalogContext, filters: list[TitleFilter]) -> list[int]:
    """Count the titles of filters."""
    return [await context.resources.store.count_titles(narrowed) for narrowed in filters]


async def _pages(
    keys: Sequence[PageKey],
    load: Callable[[list[str], int, str | None], Awaitable[dict[str, TitlePage]]],
) -> list[TitlePage]:
    groups: dict[tuple[int, str | None], list[str]] = {}
    for key in keys:
        groups.setdefault((key.first, key.after), []).append(key.parent_id)
    found: dict[PageKey, TitlePage] = {}
    for (first, after), ids in groups.items():
        pages = await load(ids, first, after)
        found |= {PageKey(id_, first, after): page for id_, page in pages.items()}
    return [found[key] for key in keys]
