"""The engine port on Elasticsearch 8."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError
from pydantic import JsonValue

from reelgraph_search.adapters.elasticsearch_mapping import (
    index_body,
    with_present,
    without_present,
)
from reelgraph_search.adapters.elasticsearch_query import (
    PRESENT,
    exact_path,
    to_elasticsearch,
    words_to_elasticsearch,
)
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping
from reelgraph_search.ports import (
    Deletion,
    Document,
    EngineAnswer,
    EngineError,
    EngineHit,
    EngineQuery,
    EngineUnavailable,
    FacetBucket,
    FacetRequest,
    JsonObject,
    NoSuchIndex,
    Outcome,
    Rejected,
    SortValue,
    Stale,
    StoredState,
    Written,
)
from reelgraph_search.query_language import instants

_SYSTEM = (PRESENT, "_key", "_refs", "_seq", "_hash", "_built_at")
_BUSY = frozenset({408, 429, 502, 503, 504})


class ElasticsearchEngine:
    """Documents carry their `seq` as an external version; deletions too."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self.url = url
        # The client's own log tells of every request, at the level of our start and stop.
        logging.getLogger("elastic_transport").setLevel(logging.WARNING)
        self._client = AsyncElasticsearch(url, request_timeout=timeout, retry_on_timeout=False)

    async def check(self) -> None:
        """Raise EngineUnavailable unless the server answers."""
        try:
            await self._client.info()
        except (ApiError, TransportError) as error:
            raise EngineUnavailable(f"Elasticsearch at {self.url} does not answer") from error

    async def create_index(self, name: str, mapping: IndexMapping) -> None:
        """Make an empty index, or leave an existing one as it is."""
        try:
            await self._client.indices.create(
                index=name, aliases={write_alias(name): {}}, **index_body(mapping)
            )
        except ApiError as error:
            if error.error != "resource_already_exists_exception":
                self._fail(error)
        except TransportError as error:
            self._fail(error)

    async def drop_index(self, name: str) -> None:
        """Remove an index, if it is there."""
        try:
            await self._client.indices.delete(index=name, ignore_unavailable=True)
        except (ApiError, TransportError) as error:
            self._fail(error)

    async def list_indexes(self, prefix: str) -> list[str]:
        """Names of all indexes that begin with a prefix, sorted."""
        try:
            found = await self._client.indices.get(index=f"{prefix}*", features="aliases")
        except (ApiError, TransportError) as error:
            self._fail(error)
        return sorted(str(name) for name in found.body)

    async def mapping_of(self, name: str) -> IndexMapping | None:
        """The mapping that an index was made with."""
        try:
            found = await self._client.indices.get_mapping(index=name)
        except NotFoundError:
            return None
        except (ApiError, TransportError) as error:
            self._fail(error)
        meta = next(iter(found.body.values()))["mappings"].get("_meta", {})
        return IndexMapping.model_validate(meta["reelgraph"]) if "reelgraph" in meta else None

    async def alias_target(self, alias: str) -> str | None:
        """The index that an alias names."""
        try:
            found = await self._client.indices.get_alias(name=alias)
        except NotFoundError:
            return None
        except (ApiError, TransportError) as error:
            self._fail(error)
        return str(next(iter(found.body)))

    async def point_alias(self, alias: str, name: str) -> None:
        """Move an alias in one `_aliases` action list, which the server applies atomically."""
        try:
            await self._client.indices.update_aliases(
                actions=[
                    {"remove": {"index": "*", "alias": alias, "must_exist": False}},
                    {"add": {"index": name, "alias": alias}},
                ]
            )
        except (ApiError, TransportError) as error:
            self._fail(error)

    async def write(self, name: str, writes: Sequence[Document | Deletion]) -> list[Outcome]:
        """Write in one bulk request with external versions."""
        if not writes:
            return []
        operations: list[JsonObject] = []
        for write in writes:
            operations += _bulk_lines(write)
        try:
            answer = await self._client.bulk(
                index=write_alias(name), operations=operations, require_alias=True, refresh=False
            )
        except (ApiError, TransportError) as error:
            self._fail(error)
        return [_outcome(next(iter(item.values()))) for item in answer.body["items"]]

    async def stored(self, name: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """State of the documents that exist; `mget` is real-time."""
        if not keys:
            return {}
        try:
            found = await self._client.mget(
                index=name, ids=list(keys), source_includes=["_seq", "_hash"]
            )
        except (ApiError, TransportError) as error:
            self._fail(error)
        states = {}
        for document in found.body["docs"]:
            if "error" in document:
                raise NoSuchIndex(name)
            if document["found"]:
                source = document["_source"]
                states[document["_id"]] = StoredState(source["_seq"], source["_hash"])
        return states

    async def refresh(self, name: str) -> None:
        """Make all writes so far searchable."""
        try:
            await self._client.indices.refresh(index=name)
        except (ApiError, TransportError) as error:
            self._fail(error)

    async def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """Answer a query in one request."""
        body = _search_body(query)
        try:
            answer = await self._client.search(index=name, **body)
        except (ApiError, TransportError) as error:
            self._fail(error)
        found = answer.body
        return EngineAnswer(
            hits=tuple(_hit(hit, query) for hit in found["hits"]["hits"]),
            total=found["hits"]["total"]["value"],
            facets={
                facet.field.path: _buckets(found["aggregations"][facet.field.path], facet)
                for facet in query.facets
            },
        )

    async def keys_with_ref(
        self, name: str, refs: Sequence[str], after: str | None, size: int
    ) -> list[str]:
        """Keys of documents that hold one of the entities."""
        try:
            answer = await self._client.search(
                index=name,
                query={"terms": {"_refs": list(refs)}},
                sort=[{"_key": "asc"}],
                search_after=None if after is None else [after],
                size=size,
                source=False,
                track_total_hits=False,
            )
        except (ApiError, TransportError) as error:
            self._fail(error)
        return [hit["_id"] for hit in answer.body["hits"]["hits"]]

    async def count(self, name: str) -> int:
        """Number of documents that can be found."""
        try:
            answer = await self._client.count(index=name)
        except (ApiError, TransportError) as error:
            self._fail(error)
        return int(answer.body["count"])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _fail(self, error: ApiError | TransportError) -> NoReturn:
        if isinstance(error, TransportError):
            raise EngineUnavailable(f"Elasticsearch at {self.url}: {error.message}") from error
        if error.error == "index_not_found_exception":
            raise NoSuchIndex(str(error)) from error
        if error.meta.status in _BUSY:
            raise EngineUnavailable(f"Elasticsearch at {self.url}: {error}") from error
        raise EngineError(f"Elasticsearch at {self.url}: {error}") from error


def write_alias(name: str) -> str:
    """The name that documents are written through.

    A write to a plain name that is gone would make a new index without a mapping; a write that
    requires an alias is refused.
    """
    return f"{name}.write"


def _bulk_lines(write: Document | Deletion) -> list[JsonObject]:
    versioned: JsonObject = {
        "_id": write.key,
        "version": write.seq,
        "version_type": "external",
    }
    if isinstance(write, Deletion):
        return [{"delete": versioned}]
    source: JsonObject = {
        **with_present(write.body),
        "_key": write.key,
        "_refs": list(write.refs),
        "_seq": write.seq,
        "_hash": write.hash,
        "_built_at": write.built_at,
    }
    return [{"index": versioned}, source]


def _outcome(item: Mapping[str, Any]) -> Outcome:
    status = item["status"]
    if status == 409:
        return Stale()
    if status in (200, 201) or (status == 404 and "error" not in item):
        return Written()
    error = item["error"]
    if error["type"] == "index_not_found_exception":
        raise NoSuchIndex(str(item["_index"]))
    if status in _BUSY:
        raise EngineUnavailable(str(error))
    cause = error.get("caused_by", {}).get("reason", "")
    return Rejected(f"{error['reason']} {cause}".strip())


def _search_body(query: EngineQuery) -> dict[str, Any]:
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [to_elasticsearch(query.condition)]}},
        "sort": _sort(query),
        "size": query.size,
        "source": query.with_body,
        "track_total_hits": True,
        "track_scores": query.words is not None,
    }
    if query.words is not None and query.mapping is not None:
        body["query"]["bool"]["must"] = [words_to_elasticsearch(query.words, query.mapping)]
    if query.after is not None:
        body["search_after"] = list(query.after)
    if query.facets:
        body["aggregations"] = {facet.field.path: _facet(facet) for facet in query.facets}
    return body


def _sort(query: EngineQuery) -> list[JsonObject]:
    keys: list[JsonObject] = []
    for key in query.sort:
        order: JsonValue = "desc" if key.descending else "asc"
        options: JsonObject = {"order": order, "missing": "_last"}
        keys.append({exact_path(key.field): options})
    if not query.sort and query.words is not None:
        keys.append({"_score": "desc"})
    return [*keys, {"_key": "asc"}]


def _facet(facet: FacetRequest) -> JsonObject:
    path = exact_path(facet.field)
    if facet.interval is not None:
        return {"histogram": {"field": path, "interval": facet.interval, "min_doc_count": 1}}
    order: list[JsonValue] = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": path, "size": facet.size, "order": order}}


def _buckets(answer: Mapping[str, Any], facet: FacetRequest) -> tuple[FacetBucket, ...]:
    return tuple(
        FacetBucket(_facet_value(bucket["key"], facet), bucket["doc_count"])
        for bucket in answer["buckets"]
    )


def _facet_value(key: str | int | float, facet: FacetRequest) -> str | int | float | bool:
    match facet.field.kind:
        case FieldKind.BOOLEAN:
            return bool(key)
        case FieldKind.DATE:
            return instants.to_text(int(key))
        case FieldKind.INTEGER:
            return int(key)
        case _:
            return key


def _hit(hit: Mapping[str, Any], query: EngineQuery) -> EngineHit:
    body = None
    if query.with_body:
        source = cast(JsonObject, hit["_source"])
        body = {
            name: without_present(value) for name, value in source.items() if name not in _SYSTEM
        }
    values: tuple[SortValue, ...] = tuple(hit["sort"])
    return EngineHit(hit["_id"], hit["_score"], values, body)
