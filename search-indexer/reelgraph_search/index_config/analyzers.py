"""Analysers, defined once and rendered to every engine.

A word is a run of letters, digits and marks. Each engine gets the same word pattern and the same
chain of filters, so that a text has the same terms in each of them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import tantivy
from pydantic import JsonValue

WORD = r"[\p{L}\p{N}\p{M}]+"
NOT_WORD = r"[^\p{L}\p{N}\p{M}]+"
LONGEST_PREFIX = 12
"""Characters of a word that a suggestion looks at."""


@dataclass(frozen=True, slots=True)
class Analyzer:
    """A tokenizer (`words` or the whole value) and the filters that follow it, in order."""

    name: str
    words: bool
    filters: tuple[str, ...]
    use: str


ANALYZERS = {
    analyzer.name: analyzer
    for analyzer in (
        Analyzer("title", True, ("lowercase", "ascii_fold", "stem_english"), "prose and titles"),
        Analyzer("name", True, ("lowercase", "ascii_fold"), "names of people and places"),
        Analyzer("exact", False, ("lowercase", "ascii_fold"), "the whole value, folded"),
        Analyzer("autocomplete", True, ("lowercase", "ascii_fold"), "words typed in part"),
    )
}
FOR_FIELDS = ("title", "name", "exact")
"""The analysers that a definition may choose; `autocomplete` belongs to `suggest`."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term and the range of code points in the text that it came from."""

    text: str
    start: int
    end: int


def terms(analyzer: str, text: str) -> list[Term]:
    """The terms that an analyser makes of a text, in order."""
    tokens = tantivy_analyzer(analyzer).pre_tokenize(text).tokens
    return [
        Term(token.text, token.char_offset_from, token.char_offset_to or token.char_offset_from)
        for token in tokens
    ]


def analyze(analyzer: str, text: str) -> list[str]:
    """Only the texts of `terms`."""
    return tantivy_analyzer(analyzer).analyze(text)


@functools.cache
def tantivy_analyzer(name: str) -> tantivy.TextAnalyzer:
    """Render an analyser to tantivy."""
    analyzer = ANALYZERS[name]
    tokenizer = tantivy.Tokenizer.regex(WORD) if analyzer.words else tantivy.Tokenizer.raw()
    builder = tantivy.TextAnalyzerBuilder(tokenizer)
    for step in analyzer.filters:
        builder = builder.filter(_tantivy_filter(step))
    return builder.build()


def _tantivy_filter(step: str) -> tantivy.Filter:
    match step:
        case "lowercase":
            return tantivy.Filter.lowercase()
        case "ascii_fold":
            return tantivy.Filter.ascii_fold()
        case _:
            return tantivy.Filter.stemmer("English")


_ELASTICSEARCH_FILTERS = {
    "lowercase": "lowercase",
    "ascii_fold": "asciifolding",
    "stem_english": "reelgraph_stem_english",
}


def elasticsearch_analysis() -> dict[str, JsonValue]:
    """Render all analysers to the `analysis` settings of an Elasticsearch index."""
    analyzers: dict[str, JsonValue] = {}
    for analyzer in ANALYZERS.values():
        analyzers[analyzer.name] = {
            "type": "custom",
            "tokenizer": "reelgraph_words" if analyzer.words else "keyword",
            "filter": [_ELASTICSEARCH_FILTERS[step] for step in analyzer.filters],
        }
    folded: list[JsonValue] = ["lowercase", "asciifolding"]
    analyzers["autocomplete_index"] = {
        "type": "custom",
        "tokenizer": "reelgraph_words",
        "filter": [*folded, "reelgraph_prefixes"],
    }
    return {
        "tokenizer": {"reelgraph_words": {"type": "pattern", "pattern": NOT_WORD}},
        "filter": {
            "reelgraph_stem_english": {"type": "stemmer", "language": "porter2"},
            "reelgraph_prefixes": {
                "type": "edge_ngram",
                "min_gram": 1,
                "max_gram": LONGEST_PREFIX,
            },
        },
        "normalizer": {"exact": {"type": "custom", "filter": folded}},
        "analyzer": analyzers,
    }
