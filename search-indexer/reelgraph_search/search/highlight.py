"""Where the words of a search stand in the texts that were found: ranges, never markup.

Made from the stored document with the analysers of the index, so every engine shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class Highlighter:
    """Finds the words of one search in documents."""

    def __init__(self, words: Sequence[Word], mapping: IndexMapping) -> None:
        fields = mapping.searched()
        self._fields = sorted(fields, key=lambda field: -field.boost)
        analyzers = {field.analyzer or "name" for field in fields}
        self._wanted = {
            analyzer: {term for word in words for term in analyze(analyzer, word.text)}
            for analyzer in analyzers
        }
        self._begun = tuple(word.text[:LONGEST_PREFIX] for word in words if word.unfinished)

    def highlight(self, body: JsonValue) -> list[Highlighted]:
        """All texts of a document that hold a word of the search, weightier fields first."""
        found: list[Highlighted] = []
        for field in self._fields:
            for text in texts_at(body, field.path):
                spans = tuple(self._spans(text, field))
                entry = Highlighted(field.path, text, spans)
                if spans and entry not in found:
                    found.append(entry)
        return found[:MOST_HIGHLIGHTS]

    def _spans(self, text: str, field: MappedField) -> Iterator[Span]:
        analyzer = field.analyzer or "name"
        begun = self._begun if field.suggest else ()
        folded = {term.start: term.text for term in terms("autocomplete", text)} if begun else {}
        for term in terms(analyzer, text):
            begins = folded.get(term.start, "").startswith(begun) if begun else False
            if begins or term.text in self._wanted[analyzer]:
                yield Span(term.start, term.end)
