"""Documents as tantivy keeps them.

An index holds three kinds of rows, told apart by `_kind`: one row a document, with the values of
all its lists flattened; one row an element of a list of objects, joined to its parent by `_up`, so
that a condition on the same element can be asked; and one row a remembered deletion. All rows of a
document carry its key in `_root`, and go and come in one commit.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

import orjson
import tantivy
from pydantic import JsonValue

from reelgraph_search.documents.flatten import DoesNotFit
from reelgraph_search.index_config.analyzers import ANALYZERS, analyze, tantivy_analyzer
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import Document, JsonObject, SortValue
from reelgraph_search.query_language import instants
from reelgraph_search.query_language.interpret import LONGEST_KEYWORD

DOCUMENT, TOMBSTONE = "document", "tombstone"
LAST = 2**64 - 1
"""Order value of a missing value, above all others in both directions."""
_STRING_CHUNKS = 4
_CHUNK_BYTES = 8
_ELEMENT_PREFIX = "element:"


def build_schema(mapping: IndexMapping) -> tantivy.Schema:
    """The fixed schema of an index."""
    builder = tantivy.SchemaBuilder()
    for name in ("_root", "_kind", "_refs", "_present"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(
        "_key", stored=True, fast=True, tokenizer_name="raw", index_option="basic"
    )
    builder.add_unsigned_field("_id", indexed=True, fast=True)
    builder.add_unsigned_field("_up", indexed=True, fast=True)
    builder.add_integer_field("_seq", stored=True, indexed=True, fast=True)
    builder.add_integer_field("_forget_at", indexed=True, fast=True)
    builder.add_bytes_field("_stored", stored=True)
    for chunk in range(_STRING_CHUNKS):
        builder.add_unsigned_field(order_field("_key", False, chunk), indexed=True, fast=True)
    for field in mapping.leaves():
        _add_field(builder, field)
    return builder.build()


def register_analyzers(index: tantivy.Index) -> None:
    """Tokenizers are not stored with an index; they are given to it at each opening."""
    for name in ANALYZERS:
        index.register_tokenizer(f"reelgraph_{name}", tantivy_analyzer(name))


def _add_field(builder: tantivy.SchemaBuilder, field: MappedField) -> None:
    match field.kind:
        case FieldKind.TEXT:
            analyzer = f"reelgraph_{field.analyzer or 'name'}"
            builder.add_text_field(field.path, tokenizer_name=analyzer, index_option="freq")
            _add_keyword(builder, f"{field.path}.raw")
            if field.suggest:
                builder.add_text_field(
                    f"{field.path}.suggest",
                    tokenizer_name="reelgraph_autocomplete",
                    index_option="basic",
                )
                _add_keyword(builder, f"{field.path}.folded")
        case FieldKind.KEYWORD:
            _add_keyword(builder, field.path)
        case FieldKind.INTEGER | FieldKind.DATE:
            builder.add_integer_field(field.path, indexed=True, fast=True)
        case FieldKind.DOUBLE:
            builder.add_float_field(field.path, indexed=True, fast=True)
        case FieldKind.BOOLEAN:
            builder.add_boolean_field(field.path, indexed=True, fast=True)
        case _:
            pass  # flattened values are kept in the body and can only be asked for existence
    if field.sort:
        for descending in (False, True):
            for chunk in range(chunks_of(field)):
                name = order_field(field.path, descending, chunk)
                builder.add_unsigned_field(name, indexed=True, fast=True)


def _add_keyword(builder: tantivy.SchemaBuilder, name: str) -> None:
    builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")


def exact_path(field: MappedField) -> str:
    """Where the whole value of a field is kept."""
    return f"{field.path}.raw" if field.kind is FieldKind.TEXT else field.path


def element_kind(path: str) -> str:
    """`_kind` of the rows of a list's elements."""
    return f"{_ELEMENT_PREFIX}{path}"


def row_id(name: str) -> int:
    """A number that stands for a row, for joins."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


def tombstone_row(key: str, seq: int, forget_at: int) -> tantivy.Document:
    """The row that remembers a deletion until `forget_at` (milliseconds)."""
    row = tantivy.Document()
    row.add_text("_root", key)
    row.add_text("_kind", TOMBSTONE)
    row.add_integer("_seq", seq)
    row.add_integer("_forget_at", forget_at)
    return row


def document_rows(document: Document, mapping: IndexMapping) -> Iterator[tantivy.Document]:
    """All rows of a document; raises DoesNotFit before the first when a value does not fit."""
    rows = [_root_row(document, mapping)]
    for field in mapping.fields:
        value = document.body.get(field.name)
        rows += _element_rows(field, value, document.key, document.key)
    return iter(rows)


def _root_row(document: Document, mapping: IndexMapping) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text("_root", document.key)
    row.add_text("_key", document.key)
    row.add_text("_kind", DOCUMENT)
    row.add_unsigned("_id", row_id(document.key))
    row.add_integer("_seq", document.seq)
    for ref in document.refs:
        row.add_text("_refs", ref)
    values = _Values(row)
    values.add_object(mapping.fields, document.body)
    sorted_values: dict[str, SortValue] = {}
    for field in mapping.leaves():
        if field.sort:
            sorted_values[field.path] = _first(values.collected.get(field.path, []))
            _add_order(row, field, sorted_values[field.path])
    for chunk, value in enumerate(order_values(document.key, None, False)):
        row.add_unsigned(order_field("_key", False, chunk), value)
    stored = {"hash": document.hash, "body": document.body, "sort": sorted_values}
    row.add_bytes("_stored", orjson.dumps(stored))
    return row


def _element_rows(
    field: MappedField, value: JsonValue, root: str, parent: str
) -> list[tantivy.Document]:
    rows: list[tantivy.Document] = []
    if field.kind is FieldKind.OBJECT and isinstance(value, dict):
        for child in field.fields:
            rows += _element_rows(child, value.get(child.name), root, parent)
    if field.kind is FieldKind.NESTED and isinstance(value, list):
        for position, element in enumerate(value):
            if isinstance(element, dict):
                name = f"{parent}#{field.path}#{position}"
                rows.append(_element_row(field, element, root, parent, name))
                for child in field.fields:
                    rows += _element_rows(child, element.get(child.name), root, name)
    return rows


def _element_row(
    field: MappedField, element: JsonObject, root: str, parent: str, name: str
) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text("_root", root)
    row.add_text("_kind", element_kind(field.path))
    row.add_unsigned("_id", row_id(name))
    row.add_unsigned("_up", row_id(parent))
    _Values(row).add_object(field.fields, element)
    return row


class _Values:
    """Adds the values of an object to a row, checking each against the mapping."""

    def __init__(self, row: tantivy.Document) -> None:
        self._row = row
        self._seen: set[tuple[str, object]] = set()
        self.collected: dict[str, list[str | int | float | bool]] = {}

    def add_object(self, fields: tuple[MappedField, ...], value: JsonObject) -> None:
        """Add all fields; one that the mapping does not know is an error."""
        known = {field.name: field for field in fields}
        for name, inner in value.items():
            if name not in known:
                prefix = fields[0].path.rpartition(".")[0] if fields else ""
                raise DoesNotFit(f"{prefix}.{name} is not in the mapping".lstrip("."))
            self._add(known[name], inner)

    def _add(self, field: MappedField, value: JsonValue) -> None:
        if isinstance(value, list):
            for element in value:
                self._add(field, element)
        elif value is None:
            return
        elif field.kind in (FieldKind.OBJECT, FieldKind.NESTED):
            if not isinstance(value, dict):
                raise DoesNotFit(f"{field.path} must be an object")
            self._present(field)
            self.add_object(field.fields, value)
        elif field.kind is FieldKind.FLATTENED:
            self._present(field)
        else:
            self._present(field)
            self._add_value(field, _checked(field, value))

    def _present(self, field: MappedField) -> None:
        if ("_present", field.path) not in self._seen:
            self._seen.add(("_present", field.path))
            self._row.add_text("_present", field.path)

    def _add_value(self, field: MappedField, value: str | int | float | bool) -> None:
        self.collected.setdefault(field.path, []).append(value)
        first_time = (field.path, value) not in self._seen
        self._seen.add((field.path, value))
        if isinstance(value, str):
            self._add_text(field, value, first_time)
        elif first_time and field.kind is FieldKind.BOOLEAN:
            self._row.add_boolean(field.path, bool(value))
        elif first_time and field.kind is FieldKind.DOUBLE:
            self._row.add_float(field.path, float(value))
        elif first_time:
            self._row.add_integer(field.path, int(value))

    def _add_text(self, field: MappedField, value: str, first_time: bool) -> None:
        if field.kind is FieldKind.KEYWORD:
            if first_time:
                self._row.add_text(field.path, value)
            return
        self._row.add_text(field.path, value)
        if field.suggest:
            self._row.add_text(f"{field.path}.suggest", value)
        if first_time and len(value) <= LONGEST_KEYWORD:
            self._row.add_text(f"{field.path}.raw", value)
            if field.suggest:
                folded = "".join(analyze("exact", value))
                self._row.add_text(f"{field.path}.folded", folded)


def _checked(field: MappedField, value: JsonValue) -> str | int | float | bool:
    match field.kind:
        case FieldKind.TEXT | FieldKind.KEYWORD if isinstance(value, str):
            return value
        case FieldKind.BOOLEAN if isinstance(value, bool):
            return value
        case FieldKind.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return value
        case FieldKind.DOUBLE if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case FieldKind.DATE if isinstance(value, str):
            try:
                return instants.to_milliseconds(value)
            except (ValueError, OverflowError):
                pass
    raise DoesNotFit(f"{field.path} must be {field.kind.value}, not {type(value).__name__}")


def order_field(path: str, descending: bool, chunk: int) -> str:
    """Name of the number by which rows are ordered; always read in ascending order."""
    return f"{path}.order.{'down' if descending else 'up'}.{chunk}"


def chunks_of(field: MappedField | None) -> int:
    """How many numbers, one after the other, order a field (None: the key)."""
    if field is None:
        return _STRING_CHUNKS
    return _STRING_CHUNKS if field.kind in (FieldKind.TEXT, FieldKind.KEYWORD) else 1


def order_values(value: SortValue, field: MappedField | None, descending: bool) -> list[int]:
    """The numbers that order a value; for strings a prefix, so that equal numbers need a look."""
    count = chunks_of(field)
    if value is None:
        return [LAST] * count
    if isinstance(value, str):
        encoded = value.partition(":")[2] if field is None else value
        raw = encoded.encode()[: count * _CHUNK_BYTES].ljust(count * _CHUNK_BYTES, b"\0")
        numbers = list(struct.unpack(f">{count}Q", raw))
    elif isinstance(value, float):
        (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
        numbers = [bits ^ (LAST if bits >> 63 else 1 << 63)]
    else:
        numbers = [int(value) + (1 << 63)]
    return [LAST - 1 - number for number in numbers] if descending else numbers


def _add_order(row: tantivy.Document, field: MappedField, value: SortValue) -> None:
    for descending in (False, True):
        for chunk, number in enumerate(order_values(value, field, descending)):
            row.add_unsigned(order_field(field.path, descending, chunk), number)


def _first(values: list[str | int | float | bool]) -> SortValue:
    return values[0] if values else None
