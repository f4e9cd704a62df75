"""The mapping of an index as Elasticsearch wants it."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from reelgraph_search.adapters.elasticsearch_query import PRESENT
from reelgraph_search.index_config.analyzers import elasticsearch_analysis
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import JsonObject
from reelgraph_search.query_language.interpret import LONGEST_KEYWORD

_DELETES_REMEMBERED = "10m"
"""How long a late write after a deletion is refused: above the longest fetch and its retries."""

_VALUE_TYPES: dict[FieldKind, JsonObject] = {
    FieldKind.KEYWORD: {"type": "keyword"},
    FieldKind.INTEGER: {"type": "long", "coerce": False},
    FieldKind.DOUBLE: {"type": "double", "coerce": False},
    FieldKind.BOOLEAN: {"type": "boolean"},
    FieldKind.DATE: {"type": "date", "format": "strict_date_optional_time"},
    FieldKind.FLATTENED: {"type": "flattened"},
}


def index_body(mapping: IndexMapping) -> dict[str, Any]:
    """Settings and mappings; the engine-neutral mapping is kept in `_meta`."""
    system: JsonObject = {
        "_key": {"type": "keyword"},
        "_refs": {"type": "keyword"},
        PRESENT: {"type": "keyword"},
        "_seq": {"type": "long"},
        "_hash": {"type": "keyword", "index": False, "doc_values": False},
        "_built_at": {"type": "date"},
    }
    return {
        "settings": {
            "index": {
                "number_of_shards": 1,
                "auto_expand_replicas": "0-1",
                "gc_deletes": _DELETES_REMEMBERED,
                "max_result_window": 10_000,
            },
            "analysis": elasticsearch_analysis(),
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"reelgraph": mapping.model_dump(mode="json")},
            "properties": {**system, **_properties(mapping.fields)},
        },
    }


def _properties(fields: tuple[MappedField, ...]) -> JsonObject:
    return {field.name: _property(field) for field in fields}


def _property(field: MappedField) -> JsonValue:
    match field.kind:
        case FieldKind.NESTED:
            return {
                "type": "nested",
                "include_in_root": True,
                "include_in_parent": True,
                "dynamic": "strict",
                "properties": {PRESENT: {"type": "keyword"}, **_properties(field.fields)},
            }
        case FieldKind.OBJECT:
            return {"dynamic": "strict", "properties": _properties(field.fields)}
        case FieldKind.TEXT:
            return _text(field)
        case _:
            return dict(_VALUE_TYPES[field.kind])


def _text(field: MappedField) -> JsonObject:
    parts: JsonObject = {"raw": {"type": "keyword", "ignore_above": LONGEST_KEYWORD}}
    if field.suggest:
        parts["suggest"] = {
            "type": "text",
            "analyzer": "autocomplete_index",
            "search_analyzer": "autocomplete",
        }
        parts["folded"] = {
            "type": "keyword",
            "normalizer": "exact",
            "ignore_above": LONGEST_KEYWORD,
        }
    return {"type": "text", "analyzer": field.analyzer or "name", "fields": parts}


def with_present(body: JsonObject) -> JsonObject:
    """Add to a document, and to each object in a list, the paths that hold something.

    The engine has no notion of an object whose fields are all null, nor of an empty text.
    """
    present: set[str] = set()
    filled = {name: _filled(value, name, present) for name, value in body.items()}
    return {**filled, PRESENT: list[JsonValue](sorted(present))}


def _filled(value: JsonValue, path: str, present: set[str]) -> JsonValue:
    if isinstance(value, list):
        return [_element(item, path, present) for item in value]
    if value is not None:
        present.add(path)
    if isinstance(value, dict):
        return {name: _filled(one, f"{path}.{name}", present) for name, one in value.items()}
    return value


def _element(item: JsonValue, path: str, present: set[str]) -> JsonValue:
    inside: set[str] = set()
    filled = _filled(item, path, inside)
    present |= inside
    if isinstance(filled, dict):
        return {**filled, PRESENT: list[JsonValue](sorted(inside - {path}))}
    return filled


def without_present(value: JsonValue) -> JsonValue:
    """The document again as it was given."""
    if isinstance(value, list):
        return [without_present(item) for item in value]
    if isinstance(value, dict):
        return {name: without_present(one) for name, one in value.items() if name != PRESENT}
    return value
