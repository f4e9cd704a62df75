"""The search subgraph's schema, made of the index definitions.

The enum of indexes and the union of what they find differ from one set of definitions to another,
so the types that name them are made here, each time anew. Annotations are evaluated, not text.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, Optional, Union

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.scalars import JSON

from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import BadRequest, FailedPrecondition, PermissionDenied
from reelgraph_dgs.schema import FederatedSchema, federation_schema
from reelgraph_kit.identity import Identity
from reelgraph_search.definition import IndexDefinition
from reelgraph_search.documents.fetch import INDEX_SCOPE
from reelgraph_search.indexing.keeper import NoPlan
from reelgraph_search.search.resources import SearchResources
from reelgraph_search.search.run_search import Hit, SearchPage, SearchRequest
from reelgraph_search.search.run_suggest import suggest
from reelgraph_search.search.status import IndexStatus, index_status
from reelgraph_search.search.types import (
    Highlight,
    PageInfo,
    SearchFacet,
    SearchIndexState,
    SortInput,
)

ADMIN_SCOPE = "search:admin"
LARGEST_INDEX_BATCH = 1000

Info = strawberry.Info[Context[SearchResources], None]


def build_schema(definitions: Sequence[IndexDefinition]) -> FederatedSchema:
    """Make the schema for a set of definitions; at least one is needed."""
    types = _Types(definitions)
    return federation_schema(
        query=_query_type(types),
        mutation=_mutation_type(types),
        types=list(types.stubs.values()),
    )


class _Types:
    """The types that depend on the definitions."""

    def __init__(self, definitions: Sequence[IndexDefinition]) -> None:
        self.keys = {one.root: one.key for one in definitions}
        self.stubs = {root: _stub(root, key) for root, key in self.keys.items()}
        members = tuple(self.stubs.values())
        self.entity: Any = Annotated[
            Union[members],  # noqa: UP007
            strawberry.union("SearchEntity", description="What a search can find."),
        ]
        self.optional_entity: Any = Optional[self.entity]  # noqa: UP045
        values = {one.enum_value: one.index for one in definitions}
        made: Any = Enum("SearchIndex", values)  # type: ignore[misc]
        self.index: Any = strawberry.enum(made, description="The search indexes.")
        self.edge = _edge_type(self)
        self.connection = _connection_type(self)
        self.suggestion = _suggestion_type(self)
        self.status = _status_type(self)

    def stub(self, key: str) -> object:
        """The reference to an entity; the router asks its owners for everything else."""
        root, _, value = key.partition(":")
        return self.stubs[root](**{self.keys[root]: strawberry.ID(value)})


def _stub(root: str, key: str) -> type:
    made = type(root, (), {"__annotations__": {key: strawberry.ID}})
    return strawberry.federation.type(
        made,
        name=root,
        keys=[Key(fields=key, resolvable=False)],  # type: ignore[arg-type]
    )


def _typed(made: type, description: str, **annotations: Any) -> Any:
    """Make a GraphQL type of a class, some of whose annotations are known only now."""
    made.__annotations__ |= annotations
    return strawberry.type(made, description=description)


def _edge_type(types: _Types) -> Any:
    class SearchEdge:
        cursor: str
        score: float | None = strawberry.field(
            description="How well it fits the text; null when sorted by something else."
        )
        hit: strawberry.Private[Hit]
        node: Any = strawberry.field(
            description="The entity, by its key; everything else comes from its own subgraphs."
        )

        @strawberry.field(description="Where the words of the text were found.")
        def highlights(self) -> list[Highlight]:
            return [Highlight.of(one) for one in self.hit.highlights()]

    return _typed(SearchEdge, "A found entity.", node=types.optional_entity)


def _connection_type(types: _Types) -> Any:
    class SearchConnection:
        edges: Any
        page_info: PageInfo
        total_count: int
        facets: list[SearchFacet]

    return _typed(SearchConnection, "A page of found entities.", edges=_list_of(types.edge))


def _suggestion_type(types: _Types) -> Any:
    class Suggestion:
        text: str
        field: str = strawberry.field(description="The path in the index that the text stands in.")
        node: Any

    return _typed(Suggestion, "A text that continues what was typed.", node=types.optional_entity)


def _status_type(types: _Types) -> Any:
    class SearchIndexStatus:
        index: Any
        state: SearchIndexState
        version: int | None = strawberry.field(description="The version that serves.")
        building: int | None = strawberry.field(description="The version that is being built.")
        documents: int | None
        dirty: int = strawberry.field(description="Entities that changed and wait to be indexed.")
        backfill: int = strawberry.field(description="Entities that wait for the version built.")
        oldest_dirty_seconds: float | None = strawberry.field(
            description="How long the oldest change has been waiting."
        )
        dead_letters: int = strawberry.field(description="Entities that could not be indexed.")
        lag_seconds: float | None = strawberry.field(
            description="From a change to its being indexed, median of the latest changes."
        )
        freshness_slo_seconds: float = strawberry.field(description="The lag that is promised.")
        problems: list[str] = strawberry.field(
            description="What stands in the way; for services and operators only."
        )
        warnings: list[str] = strawberry.field(
            description="What the template compiler warned of; for services and operators only."
        )

    return _typed(SearchIndexStatus, "How an index is.", index=types.index)


def _query_type(types: _Types) -> type:
    async def resolve_search(
        info: Info,
        index: Any,
        text: str | None = None,
        filter: str | None = None,
        vars: JSON | None = None,
        sort: list[SortInput] | None = None,
        facets: list[str] | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Any:
        request = SearchRequest(
            index=index.value,
            text=text,
            filter=filter,
            vars=_variables(vars),
            sort=tuple(one.read() for one in sort or ()),
            facets=tuple(facets or ()),
            first=first,
            after=after,
        )
        page = await info.context.resources.searches.search(request, info.context.identity)
        return _connection(types, page)

    async def suggestions(
        info: Info,
        index: Any,
        prefix: str,
        filter: str | None = None,
        vars: JSON | None = None,
        first: int = 8,
    ) -> Any:
        found = await suggest(
            info.context.resources.searches,
            index.value,
            prefix,
            filter,
            first,
            info.context.identity,
            _variables(vars),
        )
        return [
            types.suggestion(text=one.text, field=one.path, node=types.stub(one.key))
            for one in found
        ]

    async def statuses(info: Info) -> Any:
        keeper = info.context.resources.keeper
        return [
            _status(types, await index_status(keeper, index), info.context.identity)
            for index in keeper.definitions
        ]

    async def index_docs(info: Info, index: Any, ids: list[strawberry.ID]) -> Any:
        _require(info.context.identity, INDEX_SCOPE)
        definition = info.context.resources.keeper.definitions[index.value]
        return [types.stub(f"{definition.root}:{value}") for value in ids[:LARGEST_INDEX_BATCH]]

    class Query:
        search = _resolved(resolve_search, types, types.connection, "Search an index.")
        suggest = _resolved(
            suggestions,
            types,
            _list_of(types.suggestion),
            "Continue what is being typed.",
        )
        search_indexes = _resolved(
            statuses,
            types,
            _list_of(types.status),
            "How the indexes are.",
        )
        _index_docs = strawberry.federation.field(
            resolver=_annotated(index_docs, types, _list_of(types.optional_entity)),
            name="_indexDocs",
            tags=["internal"],
            description="Echo keys as references, so that the router fetches documents. For the "
            "indexer only.",
        )

    return strawberry.type(Query)


def _mutation_type(types: _Types) -> type:
    async def resolve_reindex(info: Info, index: Any) -> Any:
        _require(info.context.identity, ADMIN_SCOPE)
        keeper = info.context.resources.keeper
        try:
            await keeper.reindex(index.value)
        except NoPlan:
            raise FailedPrecondition("The index does not fit a supergraph yet.") from None
        return _status(types, await index_status(keeper, index.value), info.context.identity)

    async def resolve_retry(info: Info, index: Any) -> Any:
        _require(info.context.identity, ADMIN_SCOPE)
        return await info.context.resources.keeper.retry_dead_letters(index.value)

    class Mutation:
        reindex = _resolved(
            resolve_reindex, types, types.status, "Build a new version of an index. For operators."
        )
        retry_dead_letters = _resolved(
            resolve_retry,
            types,
            int,
            "Try everything again that could not be indexed, and say how much. For operators.",
        )

    return strawberry.type(Mutation)


def _list_of(item: Any) -> Any:
    return list[item]


def _resolved(resolver: Callable[..., Any], types: _Types, returns: Any, description: str) -> Any:
    return strawberry.field(resolver=_annotated(resolver, types, returns), description=description)


def _annotated(resolver: Callable[..., Any], types: _Types, returns: Any) -> Callable[..., Any]:
    """Give a resolver the annotations that depend on the definitions."""
    if "index" in resolver.__annotations__:
        resolver.__annotations__["index"] = types.index
    resolver.__annotations__["return"] = returns
    return resolver


def _connection(types: _Types, page: SearchPage) -> Any:
    edges = [
        types.edge(
            cursor=hit.cursor,
            score=hit.score,
            hit=hit,
            node=types.stub(hit.key),
        )
        for hit in page.hits
    ]
    return types.connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.hits[0].cursor if page.hits else None,
            end_cursor=page.hits[-1].cursor if page.hits else None,
        ),
        total_count=page.total,
        facets=[SearchFacet.of(one) for one in page.facets],
    )


def _status(types: _Types, status: IndexStatus, identity: Identity) -> Any:
    told = identity.is_service or identity.has_scope(ADMIN_SCOPE)
    return types.status(
        index=types.index(status.index),
        state=SearchIndexState[status.state],
        version=status.version,
        building=status.building,
        documents=status.documents,
        dirty=status.dirty,
        backfill=status.backfill,
        oldest_dirty_seconds=status.oldest_dirty_seconds,
        dead_letters=status.dead_letters,
        lag_seconds=status.lag_seconds,
        freshness_slo_seconds=status.freshness_slo_seconds,
        problems=list(status.problems) if told else [],
        warnings=list(status.warnings) if told else [],
    )


def _variables(given: JSON | None) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadRequest("vars must be an object with the values of the filter's variables.")
    return given


def _require(identity: Identity, scope: str) -> None:
    if not identity.has_scope(scope):
        raise PermissionDenied(f"This needs the scope {scope}.")
