"""A search, top to bottom: index → policy → filter → order → page → facets → highlights."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import JsonValue

from reelgraph_dgs.errors import BadRequest, FailedPrecondition, PermissionDenied, Unavailable
from reelgraph_kit.identity import Identity
from reelgraph_search.index_config.analyzers import analyze
from reelgraph_search.index_config.mapping import IndexMapping, MappedField
from reelgraph_search.ports import (
    EngineAnswer,
    EngineHit,
    EngineQuery,
    EngineUnavailable,
    FacetBucket,
    FacetRequest,
    JsonObject,
    NoSuchIndex,
    SearchEngine,
    SortKey,
    SortValue,
    WindowExceeded,
    Word,
)
from reelgraph_search.query_language.check import compile_filter
from reelgraph_search.query_language.conditions import Condition, all_of, conjuncts, paths
from reelgraph_search.query_language.syntax import QueryError
from reelgraph_search.search.cursors import Cursors, InvalidCursor, fingerprint
from reelgraph_search.search.highlight import Highlighted, Highlighter
from reelgraph_search.search.live_indexes import LiveIndex, LiveIndexes, NotBuiltYet
from reelgraph_search.search.policy import Denied, allowed_documents, hidden_fields

LARGEST_PAGE = 100
MOST_FACETS = 20
MOST_WORDS = 16
_logger = logging.getLogger("reelgraph.search.queries")


@dataclass(frozen=True, slots=True)
class SortBy:
    """A field to sort by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a client asks for."""

    index: str
    text: str | None = None
    filter: str | None = None
    vars: Mapping[str, JsonValue] = field(default_factory=dict)
    sort: tuple[SortBy, ...] = ()
    facets: tuple[str, ...] = ()
    first: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A found entity: its key, and where the page goes on behind it."""

    key: str
    score: float | None
    cursor: str
    body: JsonObject | None
    highlighter: Highlighter | None

    def highlights(self) -> list[Highlighted]:
        """Where the words of the search stand; looked for only when asked."""
        return self.highlighter.highlight(self.body) if self.highlighter and self.body else []


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a field among what was found, its own selection left out."""

    path: str
    interval: float | None
    buckets: tuple[FacetBucket, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer to a search."""

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request checked against the index and the caller."""

    live: LiveIndex
    query: EngineQuery
    allowed: Condition
    condition: Condition
    hidden: frozenset[str]
    fingerprint: str


class Searches:
    """Runs searches for callers."""

    def __init__(self, indexes: LiveIndexes, engine: SearchEngine, cursors: Cursors) -> None:
        self._indexes = indexes
        self._engine = engine
        self._cursors = cursors

    async def search(self, request: SearchRequest, identity: Identity) -> SearchPage:
        """Answer a search; raises only errors that are fit for clients."""
        prepared = await self._prepare(request, identity)
        answer = await self._page(prepared, request.first)
        facets = await self._facets(prepared, request.facets)
        highlighter = _highlighter(prepared)
        return SearchPage(
            hits=tuple(
                self._hit(hit, prepared, highlighter) for hit in answer.hits[: request.first]
            ),
            total=answer.total,
            facets=facets,
            has_next=len(answer.hits) > request.first,
            has_previous=request.after is not None,
        )

    async def _prepare(self, request: SearchRequest, identity: Identity) -> Prepared:
        if not 0 <= request.first <= LARGEST_PAGE:
            raise BadRequest(
                f"first must be between 0 and {LARGEST_PAGE}, not {request.first}.", path="first"
            )
        now = datetime.now(UTC)
        live = await self.live(request.index)
        allowed, variables = self.allowed(live, identity, now)
        made_for = fingerprint(
            request.index,
            request.text,
            request.filter,
            dict(request.vars),
            [[one.field, one.descending] for one in request.sort],
            variables,
        )
        after: tuple[SortValue, ...] | None = None
        if request.after is not None:
            live, after = await self._continued(request, made_for)
        hidden = hidden_fields(live.mapping, identity)
        condition = compiled(request.filter, live.mapping, request.vars, now, hidden)
        query = EngineQuery(
            condition=all_of(allowed, condition),
            words=read_words(request.text),
            mapping=_without(live.mapping, hidden),
            sort=_sort(request.sort, live.mapping, hidden),
            after=after,
            with_body=request.text is not None,
        )
        return Prepared(live, query, allowed, condition, hidden, made_for)

    async def live(self, index: str) -> LiveIndex:
        """The serving version of an index, or an error for the client."""
        try:
            return await self._indexes.get(index)
        except (NotBuiltYet, NoSuchIndex):
            raise Unavailable("This index is being built for the first time.") from None
        except EngineUnavailable as error:
            raise Unavailable("The search engine does not answer.") from error

    def allowed(
        self, live: LiveIndex, identity: Identity, now: datetime
    ) -> tuple[Condition, dict[str, JsonValue]]:
        """What the caller may find; raises PermissionDenied when nothing."""
        try:
            bound = allowed_documents(live.definition.policy, identity, live.mapping, now)
        except Denied as error:
            _logger.warning("a search of %s is denied: %s", live.definition.index, error)
            raise PermissionDenied("You may not search this index.") from None
        return bound.condition, dict(bound.variables)

    async def _continued(
        self, request: SearchRequest, made_for: str
    ) -> tuple[LiveIndex, tuple[SortValue, ...]]:
        try:
            name, after = self._cursors.decode(request.after or "", made_for)
        except InvalidCursor as error:
            raise BadRequest(str(error), path="after") from None
        try:
            return await self._indexes.version(request.index, name), after
        except NoSuchIndex:
            raise _expired() from None
        except EngineUnavailable as error:
            raise Unavailable("The search engine does not answer.") from error

    async def _page(self, prepared: Prepared, first: int) -> EngineAnswer:
        # One more than asked for tells whether there is a next page.
        return await self.ask(prepared.live, _sized(prepared.query, first + 1 if first else 0))

    async def ask(self, live: LiveIndex, query: EngineQuery) -> EngineAnswer:
        """Ask the engine; its errors become errors for the client."""
        try:
            return await self._engine.search(live.engine_index, query)
        except NoSuchIndex:
            raise _expired() from None
        except EngineUnavailable as error:
            raise Unavailable("The search engine does not answer.") from error
        except WindowExceeded:
            raise BadRequest(
                "Pages by relevance end here. Narrow the search, or sort by a field.", path="after"
            ) from None

    async def _facets(self, prepared: Prepared, names: Sequence[str]) -> tuple[Facet, ...]:
        """Count facets; each without the parts of the filter that select only by itself."""
        requests = _facet_requests(names, prepared.live.mapping, prepared.hidden)
        parts = conjuncts(prepared.condition)
        answers: dict[tuple[Condition, ...], list[FacetRequest]] = {}
        for request in requests:
            kept = tuple(part for part in parts if paths(part) != {request.field.path})
            answers.setdefault(kept, []).append(request)
        counted: dict[str, tuple[FacetBucket, ...]] = {}
        for kept, asked in answers.items():
            query = EngineQuery(
                condition=all_of(prepared.allowed, *kept),
                words=prepared.query.words,
                mapping=prepared.query.mapping,
                size=0,
                facets=tuple(asked),
            )
            counted |= (await self.ask(prepared.live, query)).facets
        return tuple(
            Facet(one.field.path, one.interval, counted[one.field.path]) for one in requests
        )

    def _hit(self, hit: EngineHit, prepared: Prepared, highlighter: Highlighter | None) -> Hit:
        cursor = self._cursors.encode(
            prepared.live.engine_index, prepared.fingerprint, hit.sort_values
        )
        return Hit(hit.key, hit.score, cursor, hit.body, highlighter)


def _highlighter(prepared: Prepared) -> Highlighter | None:
    words, mapping = prepared.query.words, prepared.query.mapping
    return Highlighter(words, mapping) if words and mapping else None


def compiled(
    source: str | None,
    mapping: IndexMapping,
    variables: Mapping[str, JsonValue],
    now: datetime,
    hidden: frozenset[str],
) -> Condition:
    """Compile a client's filter; its problems are the client's to see."""
    try:
        return compile_filter(source, mapping, variables, now, hidden)
    except QueryError as error:
        details = {} if error.position is None else {"position": error.position}
        raise BadRequest(str(error), path="filter", **details) from None


def read_words(text: str | None) -> tuple[Word, ...] | None:
    """The words of a free text; one that the text ends with may be unfinished."""
    if text is None or not text.strip():
        return None
    found = analyze("name", text)
    if len(found) > MOST_WORDS:
        raise BadRequest(f"text has at most {MOST_WORDS} words, not {len(found)}.", path="text")
    unfinished = bool(analyze("name", text[-1]))
    return tuple(
        Word(word, unfinished and position == len(found) - 1) for position, word in enumerate(found)
    )


def _sort(
    wanted: Sequence[SortBy], mapping: IndexMapping, hidden: frozenset[str]
) -> tuple[SortKey, ...]:
    able = {field.path: field for field in mapping.leaves() if field.sort}
    return tuple(
        SortKey(_chosen(one.field, able, hidden, "sort"), one.descending) for one in wanted
    )


def _facet_requests(
    names: Sequence[str], mapping: IndexMapping, hidden: frozenset[str]
) -> list[FacetRequest]:
    if len(names) > MOST_FACETS:
        raise BadRequest(f"At most {MOST_FACETS} facets can be asked for.", path="facets")
    able = {field.path: field for field in mapping.leaves() if field.facet}
    chosen = [_chosen(name, able, hidden, "facets") for name in dict.fromkeys(names)]
    return [FacetRequest(field, field.histogram) for field in chosen]


def _chosen(
    name: str, able: Mapping[str, MappedField], hidden: frozenset[str], argument: str
) -> MappedField:
    known = {path: field for path, field in able.items() if path not in hidden}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f", did you mean `{near[0]}`?" if near else f"; use one of {', '.join(known)}."
    raise BadRequest(f"`{name}` cannot be used in {argument}{hint}", path=argument)


def _without(mapping: IndexMapping, hidden: frozenset[str]) -> IndexMapping:
    """The mapping with hidden fields left out of free text and suggestions."""
    return (
        mapping
        if not hidden
        else mapping.model_copy(update={"fields": _kept(mapping.fields, hidden)})
    )


def _kept(fields: tuple[MappedField, ...], hidden: frozenset[str]) -> tuple[MappedField, ...]:
    return tuple(
        field.model_copy(update={"fields": _kept(field.fields, hidden)})
        for field in fields
        if field.path not in hidden
    )


def _sized(query: EngineQuery, size: int) -> EngineQuery:
    return replace(query, size=size)


def _expired() -> FailedPrecondition:
    return FailedPrecondition(
        "The index was replaced while you were paging. Start the search again.",
        reason="CURSOR_EXPIRED",
    )
