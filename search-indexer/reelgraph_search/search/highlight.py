"""Where the words of a search stand in the texts that were found: ranges, never markup.

Made from the stored document with the analysers of the index, so every engine shows the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from reelgraph_search.index_config.analyzers import LONGEST_PREFIX, analyze, terms
from reelgraph_search.index_config.mapping import IndexMapping, MappedField
from reelgraph_search.ports import Word
from reelgraph_search.search.texts import texts_at

MOST_HIGHLIGHTS = 20


@dataclass(frozen=True, slots=True)
class Span:
    """From a code point of the text to before another."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A text that was found and where."""

    path: str
    text: str
    spans: tuple[Span, ...]


def highlight(
    body: JsonValue, words: Sequence[Word], mapping: IndexMapping, hidden: Collection[str] = ()
) -> list[Highlighted]:
    """All texts of a document that hold a word of the search, fields with more weight first."""
    found: list[Highlighted] = []
    fields = sorted(mapping.searched(), key=lambda field: -field.boost)
    for field in fields:
        if field.path in hidden:
            continue
        for text in texts_at(body, field.path):
            spans = tuple(_spans(text, words, field))
            entry = Highlighted(field.path, text, spans)
            if spans and entry not in found:
                found.append(entry)
    return found[:MOST_HIGHLIGHTS]


def _spans(text: str, words: Sequence[Word], field: MappedField) -> Iterator[Span]:
    analyzer = field.analyzer or "name"
    wanted = {term for word in words for term in analyze(analyzer, word.text)}
    begun = [word.text[:LONGEST_PREFIX] for word in words if word.unfinished and field.suggest]
    folded = {term.start: term.text for term in terms("autocomplete", text)} if begun else {}
    for term in terms(analyzer, text):
        beginning = folded.get(term.start, "")
        if term.text in wanted or any(beginning.startswith(prefix) for prefix in begun):
            yield Span(term.start, term.end)
