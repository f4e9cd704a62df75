"""The engine port on tantivy, embedded: one folder, one writing process.

Each index is a folder with its mapping beside it; an alias is a small file that is replaced
atomically. A write is one commit: sequence numbers are compared inside the single writer, and
deletions are remembered as rows of the same index, so a crash leaves all of it or nothing.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import tantivy
from tantivy import FieldType, Query

from reelgraph_search.adapters.tantivy_order import RelevancePages, Row, SortedPages
from reelgraph_search.adapters.tantivy_query import QueryBuilder, all_hits, both, count_hits
from reelgraph_search.adapters.tantivy_schema import (
    DOCUMENT,
    TOMBSTONE,
    build_schema,
    document_rows,
    exact_path,
    register_analyzers,
    tombstone_row,
)
from reelgraph_search.documents.flatten import DoesNotFit
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping
from reelgraph_search.ports import (
    Deletion,
    Document,
    EngineAnswer,
    EngineHit,
    EngineQuery,
    EngineUnavailable,
    FacetBucket,
    FacetRequest,
    NoSuchIndex,
    Outcome,
    Rejected,
    SortKey,
    Stale,
    StoredState,
    Written,
)
from reelgraph_search.query_language import instants

_HEAP_BYTES = 30_000_000
_DELETES_REMEMBERED_SECONDS = 3600
_MOST_FACET_VALUES = 60_000


@dataclass(slots=True)
class _Open:
    """An index in use."""

    index: tantivy.Index
    schema: tantivy.Schema
    mapping: IndexMapping
    writer: tantivy.IndexWriter | None = None
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


class TantivyEngine:
    """Indexes under one folder; see the port for what each method promises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, _Open] = {}

    async def check(self) -> None:
        """Raise EngineUnavailable unless the folder can be used."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineUnavailable(f"cannot use {self.folder}: {error.strerror}") from error

    async def create_index(self, name: str, mapping: IndexMapping) -> None:
        """Make an empty index aside and move it into place."""
        if not self._path(name).exists():
            await asyncio.to_thread(self._create, name, mapping)

    async def drop_index(self, name: str) -> None:
        """Remove an index, if it is there."""
        opened = self._open.pop(name, None)
        if opened is not None:
            async with opened.writing:
                opened.writer = None
        await asyncio.to_thread(self._remove, name)

    async def list_indexes(self, prefix: str) -> list[str]:
        """Names of all indexes that begin with a prefix, sorted."""
        folder = self.folder / "indexes"
        if not folder.exists():
            return []
        return sorted(path.name for path in folder.iterdir() if path.name.startswith(prefix))

    async def mapping_of(self, name: str) -> IndexMapping | None:
        """The mapping that an index was made with."""
        try:
            return self._opened(name).mapping
        except NoSuchIndex:
            return None

    async def alias_target(self, alias: str) -> str | None:
        """The index that an alias names."""
        try:
            return self._alias(alias).read_text("utf-8")
        except FileNotFoundError:
            return None

    async def point_alias(self, alias: str, name: str) -> None:
        """Replace the alias' file in one step."""
        if not self._path(name).exists():
            raise NoSuchIndex(name)
        await asyncio.to_thread(_replace_file, self._alias(alias), name)

    async def write(self, name: str, writes: Sequence[Document | Deletion]) -> list[Outcome]:
        """Apply writes in one commit."""
        opened = self._opened(name)
        async with opened.writing:
            return await asyncio.to_thread(_write, opened, writes)

    async def stored(self, name: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """State of the documents that exist."""
        return await asyncio.to_thread(_stored, self._opened(name), keys)

    async def refresh(self, name: str) -> None:
        """Writes are searchable when they return."""
        self._opened(name)

    async def search(self, name: str, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""
        return await asyncio.to_thread(_search, self._opened(name), query)

    async def keys_with_ref(
        self, name: str, refs: Sequence[str], after: str | None, size: int
    ) -> list[str]:
        """Keys of documents that hold one of the entities."""
        return await asyncio.to_thread(_keys_with_ref, self._opened(name), refs, after, size)

    async def count(self, name: str) -> int:
        """Number of documents."""
        answer = await self.search(name, EngineQuery(size=0))
        return answer.total

    async def close(self) -> None:
        """Let go of all indexes and their locks."""
        for opened in self._open.values():
            async with opened.writing:
                if opened.writer is not None:
                    await asyncio.to_thread(opened.writer.wait_merging_threads)
                    opened.writer = None
        self._open.clear()

    def _path(self, name: str) -> Path:
        return self.folder / "indexes" / name

    def _alias(self, alias: str) -> Path:
        return self.folder / "aliases" / alias

    def _create(self, name: str, mapping: IndexMapping) -> None:
        unfinished = self.folder / "unfinished" / f"{name}.{uuid.uuid4().hex}"
        (unfinished / "rows").mkdir(parents=True)
        (unfinished / "mapping.json").write_text(mapping.model_dump_json(), "utf-8")
        tantivy.Index(build_schema(mapping), path=str(unfinished / "rows"))
        self._path(name).parent.mkdir(parents=True, exist_ok=True)
        unfinished.rename(self._path(name))

    def _remove(self, name: str) -> None:
        dropped = self.folder / "unfinished" / f"{name}.{uuid.uuid4().hex}"
        dropped.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._path(name).rename(dropped)
        except FileNotFoundError:
            return
        shutil.rmtree(dropped, ignore_errors=True)

    def _opened(self, name: str) -> _Open:
        if name not in self._open:
            try:
                text = (self._path(name) / "mapping.json").read_text("utf-8")
            except FileNotFoundError:
                raise NoSuchIndex(name) from None
            mapping = IndexMapping.model_validate_json(text)
            schema = build_schema(mapping)
            index = tantivy.Index(schema, path=str(self._path(name) / "rows"))
            register_analyzers(index)
            self._open[name] = _Open(index, schema, mapping)
        return self._open[name]


def _write(opened: _Open, writes: Sequence[Document | Deletion]) -> list[Outcome]:
    writer = _writer(opened)
    known = _sequences(opened, [write.key for write in writes])
    now = int(time.time() * 1000)
    outcomes: list[Outcome] = []
    try:
        for write in writes:
            outcomes.append(_apply(opened, writer, write, known, now))
        if any(isinstance(write, Deletion) for write in writes):
            expired = Query.range_query(opened.schema, "_forget_at", FieldType.Integer, 0, now)
            writer.delete_documents_by_query(expired)
        writer.commit()
    except BaseException:
        writer.rollback()
        raise
    opened.index.reload()
    return outcomes


def _apply(
    opened: _Open,
    writer: tantivy.IndexWriter,
    write: Document | Deletion,
    known: dict[str, int],
    now: int,
) -> Outcome:
    if known.get(write.key, -1) >= write.seq:
        return Stale()
    if isinstance(write, Deletion):
        rows = iter([tombstone_row(write.key, write.seq, now + _DELETES_REMEMBERED_SECONDS * 1000)])
    else:
        try:
            rows = document_rows(write, opened.mapping)
        except DoesNotFit as error:
            return Rejected(str(error))
    writer.delete_documents_by_term("_root", write.key)
    for row in rows:
        writer.add_document(row)
    known[write.key] = write.seq
    return Written()


def _writer(opened: _Open) -> tantivy.IndexWriter:
    if opened.writer is None:
        try:
            opened.writer = opened.index.writer(_HEAP_BYTES, 1)
        except ValueError as error:
            raise EngineUnavailable(f"another process writes to this index: {error}") from error
    return opened.writer


def _sequences(opened: _Open, keys: Sequence[str]) -> dict[str, int]:
    """Sequence numbers of documents and of remembered deletions."""
    searcher = opened.index.searcher()
    builder = QueryBuilder(opened.schema, searcher, opened.mapping)
    kinds = Query.term_set_query(opened.schema, "_kind", [DOCUMENT, TOMBSTONE])
    found: dict[str, int] = {}
    for key in set(keys):
        hits = searcher.search(both(builder.term("_root", key), kinds), limit=1, count=False).hits
        if hits:
            (seq,) = searcher.fast_field_values("_seq", [hits[0][1]])
            found[key] = int(seq or 0)
    return found


def _stored(opened: _Open, keys: Sequence[str]) -> dict[str, StoredState]:
    if not keys:
        return {}
    searcher = opened.index.searcher()
    query = Query.term_set_query(opened.schema, "_key", list(keys))
    states: dict[str, StoredState] = {}
    for _, address in all_hits(searcher, query):
        row = searcher.doc(address)
        stored = orjson.loads(bytes(row.get_first("_stored") or b"{}"))
        states[str(row.get_first("_key"))] = StoredState(
            int(row.get_first("_seq") or 0), stored["hash"]
        )
    return states


def _search(opened: _Open, query: EngineQuery) -> EngineAnswer:
    searcher = opened.index.searcher()
    builder = QueryBuilder(opened.schema, searcher, opened.mapping)
    wanted = both(
        builder.term("_kind", DOCUMENT),
        Query.const_score_query(builder.condition(query.condition), 0.0),
    )
    if query.words is not None and query.mapping is not None:
        wanted = both(wanted, builder.words(query.words, query.mapping))
    by_score = query.words is not None and not query.sort
    rows: list[Row] = []
    if query.size and by_score:
        rows = RelevancePages(searcher).page(wanted, query.after, query.size)
    elif query.size:
        pages = SortedPages(opened.schema, searcher, query.sort)
        rows = pages.page(wanted, query.after, query.size)
    return EngineAnswer(
        hits=tuple(
            EngineHit(row.key, row.score, row.values, row.body if query.with_body else None)
            for row in rows
        ),
        total=count_hits(searcher, wanted),
        facets={facet.field.path: _facet(searcher, wanted, facet) for facet in query.facets},
    )


def _facet(
    searcher: tantivy.Searcher, query: Query, facet: FacetRequest
) -> tuple[FacetBucket, ...]:
    name = exact_path(facet.field)
    if facet.interval is not None:
        request: dict[str, Any] = {
            "histogram": {"field": name, "interval": facet.interval, "min_doc_count": 1}
        }
    else:
        request = {"terms": {"field": name, "size": _MOST_FACET_VALUES}}
    buckets = [
        FacetBucket(_facet_value(bucket["key"], facet), int(bucket["doc_count"]))
        for bucket in searcher.aggregate(query, {"facet": request})["facet"]["buckets"]
    ]
    if facet.interval is not None:
        return tuple(buckets)
    buckets.sort(key=lambda bucket: (-bucket.count, bucket.value))
    return tuple(buckets[: facet.size])


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


def _keys_with_ref(opened: _Open, refs: Sequence[str], after: str | None, size: int) -> list[str]:
    searcher = opened.index.searcher()
    query = Query.term_set_query(opened.schema, "_refs", list(refs))
    sort: tuple[SortKey, ...] = ()
    pages = SortedPages(opened.schema, searcher, sort)
    rows = pages.page(query, None if after is None else (after,), size)
    return [row.key for row in rows]


def _replace_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
