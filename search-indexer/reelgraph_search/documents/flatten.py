"""A fetched entity → the document that is indexed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson
from pydantic import JsonValue

from reelgraph_search.index_config.derive_mapping import TYPE_NAME
from reelgraph_search.index_config.mapping import COMPOSITE, FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import JsonObject
from reelgraph_search.query_language import instants
from reelgraph_search.templates.compiled import REF_PREFIX, entity_ref, ref_alias


class DoesNotFit(ValueError):
    """A value that the mapping cannot take; the text names the path."""


class Flattened:
    """A document's body in the shape of the template, its references and its hash."""

    def __init__(self, body: JsonObject, refs: tuple[str, ...]) -> None:
        self.body = body
        self.refs = refs
        content = orjson.dumps([body, refs], option=orjson.OPT_SORT_KEYS)
        self.hash = hashlib.blake2b(content, digest_size=16).hexdigest()


def flatten(
    node: JsonObject, mapping: IndexMapping, keys: Mapping[str, tuple[str, ...]]
) -> Flattened:
    """Take the indexer's own fields out, collect every entity visited, and normalise values.

    Nulls in lists are left out and moments brought to one form. Raises DoesNotFit.
    """
    visited: set[str] = set()
    body = _object(node, mapping.fields, keys, visited)
    return Flattened(body, tuple(sorted(visited)))


def _object(
    node: JsonObject,
    fields: tuple[MappedField, ...],
    keys: Mapping[str, tuple[str, ...]],
    visited: set[str],
) -> JsonObject:
    _visit(node, keys, visited)
    known = {field.name: field for field in fields}
    body: JsonObject = {}
    for name, value in node.items():
        if name.startswith(REF_PREFIX) or (name == TYPE_NAME and name not in known):
            continue
        if name not in known:
            raise DoesNotFit(f"`{name}` came back and is not in the mapping")
        body[name] = _value(value, known[name], keys, visited)
    return body


def _visit(node: JsonObject, keys: Mapping[str, tuple[str, ...]], visited: set[str]) -> None:
    type_name = str(node.get(TYPE_NAME))
    if type_name in keys:
        values = tuple(node.get(ref_alias(type_name, key)) for key in keys[type_name])
        if None not in values:
            visited.add(entity_ref(type_name, values))


def _value(
    value: JsonValue,
    field: MappedField,
    keys: Mapping[str, tuple[str, ...]],
    visited: set[str],
) -> JsonValue:
    if isinstance(value, list):
        return [_value(item, field, keys, visited) for item in value if item is not None]
    if value is None:
        return None
    if field.kind in COMPOSITE:
        if not isinstance(value, dict):
            raise DoesNotFit(f"`{field.path}` must be an object")
        return _object(value, field.fields, keys, visited)
    if field.kind is FieldKind.DATE:
        return _moment(value, field)
    if field.kind is FieldKind.KEYWORD and isinstance(value, int) and field.type_name == "ID":
        return str(value)
    return value


def _moment(value: JsonValue, field: MappedField) -> str:
    try:
        return instants.to_text(instants.to_milliseconds(str(value)))
    except (ValueError, OverflowError):
        raise DoesNotFit(f"`{field.path}` is not a date or time: {value!r}") from None
