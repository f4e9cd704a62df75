"""Order and paging over tantivy, which sorts by one number and has no "search after".

Each sort value is kept as ordered numbers (see `tantivy_schema.order_values`). A page is read level
by level: order by the first number; where rows with an equal number do not fit the page, look
among them by the next. Where the numbers hold only the beginning of longer strings, and for rows that
are equal in all of them, the full values decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import groupby

import orjson
import tantivy
from tantivy import DocAddress, FieldType, Order, Query

from reelgraph_search.adapters.tantivy_query import all_hits, both
from reelgraph_search.adapters.tantivy_schema import LAST, chunks_of, order_field, order_values
from reelgraph_search.ports import JsonObject, SortKey, SortValue, WindowExceeded

LARGEST_WINDOW = 10_000
"""How deep a page by relevance can lie."""
_FIRST_WINDOW = 64


@dataclass(frozen=True, slots=True)
class Row:
    """A found document; `values` are its sort values, the key last."""

    key: str
    score: float | None
    values: tuple[SortValue, ...]
    body: JsonObject


@dataclass(frozen=True, slots=True)
class _Level:
    name: str
    after: int | None
    descending: bool = False
    ends_string: bool = False

    def tells_all(self, number: int) -> bool:
        """Whether rows with this number have the same value (see `order_values`)."""
        if not self.ends_string or number == LAST:
            return True
        ascending = LAST - 1 - number if self.descending else number
        return ascending & 0xFF == 0


class SortedPages:
    """Pages of a query in the order of `sort`, then of the key."""

    def __init__(
        self, schema: tantivy.Schema, searcher: tantivy.Searcher, sort: Sequence[SortKey]
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._sort = sort

    def page(self, query: Query, after: tuple[SortValue, ...] | None, size: int) -> list[Row]:
        """At most `size` rows behind the sort values `after`."""
        return self._read(query, self._levels(after), after, size)[:size]

    def _levels(self, after: tuple[SortValue, ...] | None) -> list[_Level]:
        levels: list[_Level] = []
        keys = [*((key.field, key.descending) for key in self._sort), (None, False)]
        for position, (field, descending) in enumerate(keys):
            path = "_key" if field is None else field.path
            numbers: Sequence[int | None] = [None] * chunks_of(field)
            if after is not None:
                numbers = order_values(after[position], field, descending)
            last = len(numbers) - 1
            levels += [
                _Level(order_field(path, descending, chunk), number, descending, 0 < chunk == last)
                for chunk, number in enumerate(numbers)
            ]
        return levels

    def _read(
        self,
        query: Query,
        levels: Sequence[_Level],
        after: tuple[SortValue, ...] | None,
        size: int,
    ) -> list[Row]:
        level, deeper = levels[0], levels[1:]
        start = None if after is None else level.after
        rows: list[Row] = []
        lowest = start or 0
        while len(rows) < size and lowest <= LAST:
            limit = size - len(rows) + 1
            hits = self._ordered(query, level.name, lowest, limit)
            for number, members in _groups(hits):
                behind = after if number == start else None
                if len(hits) < limit or number != hits[-1][0]:
                    rows += self._in_order(members, behind)
                else:  # the group may go on beyond what was read
                    same = both(query, Query.term_query(self._schema, level.name, number))
                    inner = deeper if level.tells_all(number) else ()
                    rows += self._tied(same, inner, behind, size - len(rows))
            if len(hits) < limit:
                break
            lowest = hits[-1][0] + 1
        return rows

    def _ordered(
        self, query: Query, name: str, lowest: int, limit: int
    ) -> list[tuple[int, DocAddress]]:
        if lowest:
            query = both(
                query, Query.range_query(self._schema, name, FieldType.Unsigned, lowest, None)
            )
        found = self._searcher.search(
            query, limit=limit, count=False, order_by_field=name, order=Order.Asc
        )
        return [(int(number), address) for number, address in found.hits]

    def _tied(
        self,
        query: Query,
        levels: Sequence[_Level],
        after: tuple[SortValue, ...] | None,
        size: int,
    ) -> list[Row]:
        if levels:
            return self._read(query, levels, after, size) if size > 0 else []
        return self._in_order([address for _, address in all_hits(self._searcher, query)], after)

    def _in_order(
        self, addresses: Sequence[DocAddress], after: tuple[SortValue, ...] | None
    ) -> list[Row]:
        rows = [read_row(self._searcher, address, None, self._sort) for address in addresses]
        kept = [row for row in rows if after is None or self._compare(row.values, after) > 0]
        return sorted(kept, key=cmp_to_key(self._compare_rows))

    def _compare_rows(self, left: Row, right: Row) -> int:
        return self._compare(left.values, right.values)

    def _compare(self, left: tuple[SortValue, ...], right: tuple[SortValue, ...]) -> int:
        for position, key in enumerate(self._sort):
            order = _compare_values(left[position], right[position], key.descending)
            if order:
                return order
        return _compare_values(left[-1], right[-1], False)


class RelevancePages:
    """Pages of a query by score, then by key, within the first `LARGEST_WINDOW` rows."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def page(self, query: Query, after: tuple[SortValue, ...] | None, size: int) -> list[Row]:
        """At most `size` rows behind the sort values `after` (score, key)."""
        window = min(max(_FIRST_WINDOW, size + 1), LARGEST_WINDOW)
        while True:
            hits = self._searcher.search(query, limit=window, count=False).hits
            page, complete = self._cut(hits, window, after, size)
            if complete or len(hits) < window:
                return page
            if window == LARGEST_WINDOW:
                if after is not None and len(page) < size:
                    raise WindowExceeded(f"pages by relevance end at {LARGEST_WINDOW:,} hits")
                return page
            window = min(window * 4, LARGEST_WINDOW)

    def _cut(
        self,
        hits: Sequence[tuple[float, DocAddress]],
        window: int,
        after: tuple[SortValue, ...] | None,
        size: int,
    ) -> tuple[list[Row], bool]:
        """The page, and whether no row beyond the window can belong to it."""
        page: list[Row] = []
        for score, group in groupby(hits, key=lambda hit: float(hit[0])):
            if after is not None and isinstance(after[0], int | float) and score > after[0]:
                continue
            rows = [read_row(self._searcher, address, score, ()) for _, address in group]
            rows.sort(key=lambda row: row.key)
            if after is not None and score == after[0]:
                rows = [row for row in rows if row.key > str(after[1])]
            page += rows
            if len(page) >= size:
                return page[:size], score > float(hits[-1][0])
        return page, False


def read_row(
    searcher: tantivy.Searcher, address: DocAddress, score: float | None, sort: Sequence[SortKey]
) -> Row:
    """Load a document row."""
    document = searcher.doc(address)
    stored = orjson.loads(bytes(document.get_first("_stored") or b"{}"))
    key = str(document.get_first("_key"))
    values: list[SortValue] = [stored["sort"][entry.field.path] for entry in sort]
    if score is not None:
        values = [score]
    return Row(key, score, (*values, key), stored["body"])


def _groups(hits: Sequence[tuple[int, DocAddress]]) -> list[tuple[int, list[DocAddress]]]:
    return [
        (number, [address for _, address in group])
        for number, group in groupby(hits, key=lambda hit: hit[0])
    ]


def _compare_values(left: SortValue, right: SortValue, descending: bool) -> int:
    if left == right:
        return 0
    if left is None or right is None:
        return 1 if left is None else -1
    if isinstance(left, str) or isinstance(right, str):
        smaller = str(left).encode() < str(right).encode()
    else:
        smaller = left < right
    return -1 if smaller != descending else 1
