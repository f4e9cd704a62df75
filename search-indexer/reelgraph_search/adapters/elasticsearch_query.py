"""Back end: conditions and words → Elasticsearch query DSL."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from reelgraph_search.index_config.analyzers import LONGEST_PREFIX, analyze
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import JsonObject, Word
from reelgraph_search.query_language import instants
from reelgraph_search.query_language.conditions import (
    And,
    Condition,
    Everything,
    Exists,
    Fuzzy,
    Match,
    Not,
    Nothing,
    OneOf,
    Or,
    Prefix,
    Range,
    Some,
    ValueBegins,
    WordsBegin,
    allowed_edits,
)

UNFINISHED_WEIGHT = 0.5
"""Weight of a word that only begins as typed, against BM25 of a whole one."""
PRESENT = "_present"
_MOST_EXPANSIONS = 1_000


def to_elasticsearch(condition: Condition, within: str = "") -> JsonObject:
    """Render a condition on documents, or on elements of the list `within`.

    Fields inside lists of objects are copied to the root of the document (`include_in_root`), so
    that "some element" needs no nested query; only `Some` does.
    """
    match condition:
        case Everything():
            return {"match_all": {}}
        case Nothing():
            return {"match_none": {}}
        case And(parts):
            return {"bool": {"filter": _all(parts, within)}}
        case Or(parts):
            return {"bool": {"should": _all(parts, within), "minimum_should_match": 1}}
        case Not(part):
            return {"bool": {"must_not": [to_elasticsearch(part, within)]}}
        case Some(field, inner):
            return {"nested": {"path": field.path, "query": to_elasticsearch(inner, field.path)}}
        case _:
            return _leaf(condition, within)


def _leaf(condition: Condition, within: str) -> JsonObject:
    match condition:
        case OneOf(field, values):
            wanted: list[JsonValue] = [_value(value, field) for value in values]
            return {"terms": {exact_path(field): wanted}}
        case Range(field):
            return {"range": {field.path: _bounds(condition)}}
        case Exists(field):
            return _term(present_path(within), field.path)
        case Match(field, text):
            return {"match": {field.path: {"query": text, "operator": "and"}}}
        case Fuzzy(field, text):
            return _fuzzy(field, text)
        case Prefix(field, text):
            return {"prefix": {exact_path(field): {"value": text}}}
        case WordsBegin(field, words):
            return {"bool": {"filter": [_begins(field, word) for word in words]}}
        case ValueBegins(field, text):
            folded = "".join(analyze("exact", text))
            return {"prefix": {f"{field.path}.folded": {"value": folded}}}
        case _:
            raise AssertionError(condition)


def words_to_elasticsearch(words: Sequence[Word], mapping: IndexMapping) -> JsonObject:
    """Render a free text search: each word in its best field, unfinished ones also as a prefix."""
    if not words:
        return {"match_none": {}}
    return {"bool": {"must": [_word(word, mapping) for word in words]}}


def _word(word: Word, mapping: IndexMapping) -> JsonObject:
    choices: list[JsonValue] = [
        {"match": {field.path: {"query": word.text, "boost": field.boost}}}
        for field in mapping.searched()
    ]
    if word.unfinished:
        choices += [
            {
                "constant_score": {
                    "filter": _begins(field, word.text),
                    "boost": field.boost * UNFINISHED_WEIGHT,
                }
            }
            for field in mapping.suggesting()
        ]
    return {"dis_max": {"queries": choices}} if choices else {"match_none": {}}


def exact_path(field: MappedField) -> str:
    """Where the whole value of a field is kept."""
    return f"{field.path}.raw" if field.kind is FieldKind.TEXT else field.path


def present_path(within: str) -> str:
    """Where the paths of the fields that hold a value are kept, of a document or an element."""
    return f"{within}.{PRESENT}" if within else PRESENT


def _term(path: str, value: str) -> JsonObject:
    return {"term": {path: {"value": value}}}


def _all(parts: Sequence[Condition], within: str) -> list[JsonValue]:
    return [to_elasticsearch(part, within) for part in parts]


def _begins(field: MappedField, word: str) -> JsonObject:
    return _term(f"{field.path}.suggest", word[:LONGEST_PREFIX])


def _value(value: str | int | float | bool, field: MappedField) -> JsonValue:
    if field.kind is FieldKind.DATE and not isinstance(value, str):
        return instants.to_text(int(value))
    return value


def _bounds(bounds: Range) -> JsonObject:
    rendered: JsonObject = {}
    if bounds.low is not None:
        rendered["gte" if bounds.include_low else "gt"] = _value(bounds.low, bounds.field)
    if bounds.high is not None:
        rendered["lte" if bounds.include_high else "lt"] = _value(bounds.high, bounds.field)
    return rendered


def _fuzzy(field: MappedField, text: str) -> JsonObject:
    terms = analyze(field.analyzer or "name", text)
    if not terms:
        return {"match_none": {}}
    queries: list[JsonValue] = []
    for term in terms:
        options: JsonObject = {
            "value": term,
            "fuzziness": allowed_edits(term),
            "prefix_length": 0,
            "max_expansions": _MOST_EXPANSIONS,
            "transpositions": True,
        }
        queries.append({"fuzzy": {field.path: options}})
    return {"bool": {"filter": queries}}
