"""Back end: judge one document in Python.

The oracle that the engines are tested against, and the matcher for single documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from reelgraph_search.index_config.analyzers import LONGEST_PREFIX, analyze
from reelgraph_search.index_config.mapping import COMPOSITE, FieldKind, MappedField
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
    Value,
    ValueBegins,
    WordsBegin,
    allowed_edits,
)

LONGEST_KEYWORD = 8_191
"""Characters above which a text is found by its words only, not as a whole value."""


def matches(condition: Condition, body: JsonValue) -> bool:
    """Say whether a document (in the shape of its template) meets a condition."""
    return _holds(condition, body, 0)


def _holds(condition: Condition, node: JsonValue, cut: int) -> bool:
    """`cut` is the length of the path that leads to `node`, its dot included."""
    match condition:
        case Everything():
            return True
        case Nothing():
            return False
        case And(parts):
            return all(_holds(part, node, cut) for part in parts)
        case Or(parts):
            return any(_holds(part, node, cut) for part in parts)
        case Not(part):
            return not _holds(part, node, cut)
        case Some(field, inner):
            elements = _at(node, field.path[cut:].split("."))
            return any(_holds(inner, element, len(field.path) + 1) for element in elements)
        case _:
            found = list(_at(node, condition.field.path[cut:].split(".")))
            return _leaf_holds(condition, found)


def _leaf_holds(condition: Condition, found: list[JsonValue]) -> bool:
    match condition:
        case Exists():
            return bool(found)
        case OneOf(field, values):
            return any(value in values for value in _whole(found, field))
        case Range(field):
            return any(_within(value, condition) for value in _whole(found, field))
        case Prefix(field, text):
            return any(str(value).startswith(text) for value in _whole(found, field))
        case Match(field, text):
            wanted = analyze(field.analyzer or "name", text)
            return bool(wanted) and set(wanted) <= _terms(found, field.analyzer or "name")
        case Fuzzy(field, text):
            wanted, terms = analyze(field.analyzer or "name", text), _terms(found, field.analyzer)
            return bool(wanted) and all(_near(term, terms) for term in wanted)
        case WordsBegin(_, words):
            known = _terms(found, "autocomplete")
            return bool(words) and all(
                any(term.startswith(word[:LONGEST_PREFIX]) for term in known) for word in words
            )
        case ValueBegins(_, text):
            return any(_folded(str(value)).startswith(_folded(text)) for value in found)
        case _:
            raise AssertionError(condition)


def _at(node: JsonValue, names: list[str]) -> Iterator[JsonValue]:
    """All non-null values at a path; lists on the way are opened."""
    if isinstance(node, list):
        for element in node:
            yield from _at(element, names)
    elif not names:
        if node is not None:
            yield node
    elif isinstance(node, dict) and names[0] in node:
        yield from _at(node[names[0]], names[1:])


def _whole(found: list[JsonValue], field: MappedField) -> Iterator[Value]:
    assert field.kind not in COMPOSITE
    for value in found:
        if field.kind is FieldKind.DATE:
            yield instants.to_milliseconds(str(value))
        elif field.kind is FieldKind.TEXT and len(str(value)) > LONGEST_KEYWORD:
            continue
        elif isinstance(value, str | int | float | bool):
            yield value


def _within(value: Value, bounds: Range) -> bool:
    assert not isinstance(value, str)
    above = bounds.low is None or (
        value >= bounds.low if bounds.include_low else value > bounds.low
    )
    below = bounds.high is None or (
        value <= bounds.high if bounds.include_high else value < bounds.high
    )
    return above and below


def _terms(found: list[JsonValue], analyzer: str | None) -> set[str]:
    return {term for value in found for term in analyze(analyzer or "name", str(value))}


def _folded(text: str) -> str:
    return "".join(analyze("exact", text))


def _near(term: str, known: set[str]) -> bool:
    edits = allowed_edits(term)
    return any(edit_distance(term, other) <= edits for other in known)


def edit_distance(left: str, right: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and (left[i - 2], a) == (b, right[j - 2]):
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
