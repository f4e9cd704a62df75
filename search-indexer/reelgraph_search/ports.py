"""What the search indexer asks of its engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from reelgraph_search.index_config.mapping import IndexMapping, MappedField
from reelgraph_search.query_language.conditions import Condition, Everything

JsonObject: TypeAlias = dict[str, JsonValue]
SortValue: TypeAlias = str | int | float | bool | None


class EngineError(Exception):
    """The engine did not do what was asked; its text is for operators."""


class EngineUnavailable(EngineError):
    """The engine cannot be reached or is overloaded; asking again later may help."""


class NoSuchIndex(EngineError):
    """The index does not exist (any more)."""


class WindowExceeded(EngineError):
    """A page lies deeper than the engine can order; the search must be narrowed."""


@dataclass(frozen=True, slots=True)
class Document:
    """One entity as it is indexed.

    `key` is `Type:value`; `seq` orders all writes of a key; `refs` are the keys of every entity in
    the body; `body` has the shape of the template.
    """

    key: str
    seq: int
    hash: str
    refs: tuple[str, ...]
    built_at: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Deletion:
    """Take a document out, unless a later `seq` was written."""

    key: str
    seq: int


@dataclass(frozen=True, slots=True)
class Written:
    """The write is durable."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A later or equal `seq` was there already; nothing changed."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The document does not fit the mapping; writing it again will not help."""

    reason: str


Outcome: TypeAlias = Written | Stale | Rejected


@dataclass(frozen=True, slots=True)
class StoredState:
    """What the engine holds of a document; `hash` tells whether its content changed."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class SortKey:
    """A single-valued field to sort by; documents without a value come last either way."""

    field: MappedField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Count documents by value (`interval` None) or by steps of a number."""

    field: MappedField
    interval: float | None = None
    size: int = 20


@dataclass(frozen=True, slots=True)
class FacetBucket:
    """A value (or the lower end of a step) and how many documents have it."""

    value: str | int | float | bool
    count: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a free text search; the last one typed may be unfinished."""

    text: str
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """A search as engines see it.

    Hits meet `condition` and, when `words` is not None, hold each word in some searched field of
    `mapping` (needed then: it brings the boosts).
    The order is `sort`, else the score when there are words, and always ends with the key.
    `after` are the sort values of the hit before the page, its key last.
    """

    condition: Condition = field(default_factory=Everything)
    words: tuple[Word, ...] | None = None
    mapping: IndexMapping | None = None
    sort: tuple[SortKey, ...] = ()
    after: tuple[SortValue, ...] | None = None
    size: int = 10
    facets: tuple[FacetRequest, ...] = ()
    with_body: bool = False


@dataclass(frozen=True, slots=True)
class EngineHit:
    """One found document; `sort_values` continue the search behind it."""

    key: str
    score: float | None
    sort_values: tuple[SortValue, ...]
    body: JsonObject | None


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """The page, the number of all hits, and the facets by path."""

    hits: tuple[EngineHit, ...]
    total: int
    facets: dict[str, tuple[FacetBucket, ...]]


class SearchEngine(Protocol):
    """Versioned documents in named indexes, found by conditions, words and references.

    Writes are durable when the call returns and searchable after `refresh` (or soon). An alias
    names one index and moves atomically. Index names are lower case.
    """

    async def check(self) -> None:
        """Raise EngineUnavailable, naming the engine, unless it can serve."""

    async def create_index(self, name: str, mapping: IndexMapping) -> None:
        """Make an empty index, or leave an existing one as it is."""

    async def drop_index(self, name: str) -> None:
        """Remove an index, if it is there."""

    async def list_indexes(self, prefix: str) -> list[str]:
        """Names of all indexes that begin with a prefix, sorted."""

    async def mapping_of(self, name: str) -> IndexMapping | None:
        """The mapping that an index was made with; None when there is no such index."""

    async def alias_target(self, alias: str) -> str | None:
        """The index that an alias names."""

    async def point_alias(self, alias: str, name: str) -> None:
        """Move an alias to an index in one step; readers see the old or the new one."""

    async def write(self, name: str, writes: Sequence[Document | Deletion]) -> list[Outcome]:
        """Apply writes whose `seq` is later than what is stored; one outcome for each.

        Deletions are remembered, so that an older document cannot come back after them.
        """

    async def stored(self, name: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """State of the documents that exist, as of the last write, refreshed or not."""

    async def refresh(self, name: str) -> None:
        """Make all writes so far searchable."""

    async def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""

    async def keys_with_ref(
        self, name: str, refs: Sequence[str], after: str | None, size: int
    ) -> list[str]:
        """Keys of documents that hold one of the entities, by key, behind `after`."""

    async def count(self, name: str) -> int:
        """Number of documents that can be found."""

    async def close(self) -> None:
        """Let go of connections and files."""
