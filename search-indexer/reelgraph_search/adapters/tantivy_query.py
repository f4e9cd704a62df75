"""Back end: conditions and words → tantivy queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

import tantivy
from tantivy import FieldType, Occur, Query

from reelgraph_search.adapters.tantivy_schema import element_kind, exact_path
from reelgraph_search.index_config.analyzers import LONGEST_PREFIX, analyze
from reelgraph_search.index_config.mapping import FieldKind, IndexMapping, MappedField
from reelgraph_search.ports import Word
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


class QueryBuilder:
    """Builds queries against one state of an index.

    A condition on the same element is answered in two steps: find the elements, then the rows
    that they belong to.
    """

    def __init__(
        self, schema: tantivy.Schema, searcher: tantivy.Searcher, mapping: IndexMapping
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._mapping = mapping

    def term(self, name: str, value: str | int) -> Query:
        """Rows with a value, without a score of its own."""
        return Query.const_score_query(Query.term_query(self._schema, name, value, "basic"), 0.0)

    def condition(self, condition: Condition, within: str = "") -> Query:
        """Render a condition on documents, or on elements of the list `within`."""
        match condition:
            case Everything():
                return Query.all_query()
            case Nothing():
                return Query.empty_query()
            case And(parts):
                return both(*(self.condition(part, within) for part in parts))
            case Or(parts):
                return either(*(self.condition(part, within) for part in parts))
            case Not(part):
                return but_not(self.condition(part, within))
            case Some(field, inner):
                return self._some(field, inner, within)
            case _:
                return self._leaf(condition)

    def _leaf(self, condition: Condition) -> Query:
        match condition:
            case OneOf(field, values):
                return Query.term_set_query(self._schema, exact_path(field), list(values))
            case Range(field):
                return self._range(condition)
            case Exists(field):
                return self.term("_present", field.path)
            case Match(field, text):
                return self._terms(field, analyze(field.analyzer or "name", text))
            case Fuzzy(field, text):
                return self._fuzzy(field, analyze(field.analyzer or "name", text))
            case Prefix(field, text):
                return self._begins(exact_path(field), text)
            case WordsBegin(field, words):
                return both(*(self._word_begins(field, word) for word in words))
            case ValueBegins(field, text):
                return self._begins(f"{field.path}.folded", "".join(analyze("exact", text)))
            case _:
                raise AssertionError(condition)

    def words(self, words: Sequence[Word], mapping: IndexMapping) -> Query:
        """Render a free text search: each word in its best field, unfinished ones as a prefix."""
        if not words:
            return Query.empty_query()
        return both(*(self._word(word, mapping) for word in words))

    def _word(self, word: Word, mapping: IndexMapping) -> Query:
        choices = [
            Query.boost_query(
                self._terms(field, analyze(field.analyzer or "name", word.text)), field.boost
            )
            for field in mapping.searched()
        ]
        if word.unfinished:
            choices += [
                Query.const_score_query(
                    self._word_begins(field, word.text), field.boost * UNFINISHED_WEIGHT
                )
                for field in mapping.suggesting()
            ]
        return Query.disjunction_max_query(choices) if choices else Query.empty_query()

    def _some(self, field: MappedField, inner: Condition, within: str) -> Query:
        elements = self.condition(inner, field.path)
        for path in self._lists_between(field.path, within):
            rows = both(self.term("_kind", element_kind(path)), elements)
            addresses = [address for _, address in all_hits(self._searcher, rows)]
            if not addresses:
                return Query.empty_query()
            parents = set(self._searcher.fast_field_values("_up", addresses))
            elements = Query.term_set_query(self._schema, "_id", list(parents))
        return elements

    def _lists_between(self, path: str, within: str) -> list[str]:
        """The lists of objects from `path` outwards to, and without, `within`."""
        lists: list[str] = []
        fields = self._mapping.by_path()
        while path != within and path:
            if fields[path].kind is FieldKind.NESTED:
                lists.append(path)
            path = path.rpartition(".")[0]
        return lists

    def _range(self, bounds: Range) -> Query:
        double = bounds.field.kind is FieldKind.DOUBLE
        convert = float if double else int
        return Query.range_query(
            self._schema,
            bounds.field.path,
            FieldType.Float if double else FieldType.Integer,
            None if bounds.low is None else convert(bounds.low),
            None if bounds.high is None else convert(bounds.high),
            bounds.include_low,
            bounds.include_high,
        )

    def _terms(self, field: MappedField, terms: Sequence[str]) -> Query:
        if not terms:
            return Query.empty_query()
        return both(*(Query.term_query(self._schema, field.path, term, "freq") for term in terms))

    def _fuzzy(self, field: MappedField, terms: Sequence[str]) -> Query:
        if not terms:
            return Query.empty_query()
        return both(
            *(
                Query.fuzzy_term_query(self._schema, field.path, term, allowed_edits(term), True)
                for term in terms
            )
        )

    def _word_begins(self, field: MappedField, word: str) -> Query:
        return self._begins(f"{field.path}.suggest", word[:LONGEST_PREFIX])

    def _begins(self, name: str, text: str) -> Query:
        # Listing the terms is far cheaper than compiling a pattern for them.
        found = [term for term, _ in self._searcher.terms_with_prefix(name, text)]
        return Query.term_set_query(self._schema, name, found) if found else Query.empty_query()


class _Counted(Protocol):
    """A result with its number of hits, which the package's type information leaves out."""

    count: int | None


def count_hits(searcher: tantivy.Searcher, query: Query) -> int:
    """Number of rows of a query."""
    return cast(_Counted, searcher.search(query, limit=1)).count or 0


def all_hits(searcher: tantivy.Searcher, query: Query) -> list[tuple[float, tantivy.DocAddress]]:
    """Every row of a query."""
    count = count_hits(searcher, query)
    return searcher.search(query, limit=count, count=False).hits if count else []


def both(*queries: Query) -> Query:
    """All queries match."""
    if len(queries) == 1:
        return queries[0]
    if not queries:
        return Query.all_query()
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def either(*queries: Query) -> Query:
    """At least one query matches."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def but_not(query: Query) -> Query:
    """The query does not match."""
    return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
