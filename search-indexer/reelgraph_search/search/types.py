"""The GraphQL types of the search subgraph that are the same for every set of indexes."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry.scalars import JSON

from reelgraph_search.search.highlight import Highlighted
from reelgraph_search.search.run_search import Facet, SortBy


@strawberry.enum(description="Which way to sort; missing values come last either way.")
class SortDirection(Enum):
    """Which way to sort."""

    ASC = "ASC"
    DESC = "DESC"


@strawberry.input(description="A field to sort by, one that the index allows for it.")
class SortInput:
    """A field to sort by."""

    field: str
    direction: SortDirection = SortDirection.ASC

    def read(self) -> SortBy:
        """The value as searches take it."""
        return SortBy(self.field, self.direction is SortDirection.DESC)


@strawberry.type(
    description="Part of a text: from a code point (inclusive) to another (exclusive)."
)
class HighlightRange:
    """Part of a text."""

    start: int
    end: int


@strawberry.type(description="A text in which words of the search were found.")
class Highlight:
    """A text that was found and where."""

    field: str = strawberry.field(description="The path in the index, like `credits.person.name`.")
    text: str
    ranges: list[HighlightRange]

    @classmethod
    def of(cls, found: Highlighted) -> Highlight:
        """Make the type of a highlighted text."""
        ranges = [HighlightRange(start=span.start, end=span.end) for span in found.spans]
        return cls(field=found.path, text=found.text, ranges=ranges)


@strawberry.type(description="A value of a facet and how many of the found entities have it.")
class FacetValue:
    """A value of a facet."""

    value: JSON = strawberry.field(
        description="The value, or the lower end of a step of a histogram."
    )
    count: int


@strawberry.type(
    description="The values of a field among what was found. Parts of the filter that concern only "
    "this field are left out, so that a client can show what else could be chosen."
)
class SearchFacet:
    """The values of a field."""

    field: str
    interval: float | None = strawberry.field(description="Width of a histogram's steps.")
    values: list[FacetValue]

    @classmethod
    def of(cls, facet: Facet) -> SearchFacet:
        """Make the type of a counted facet."""
        values = [FacetValue(value=JSON(one.value), count=one.count) for one in facet.buckets]
        return cls(field=facet.path, interval=facet.interval, values=values)


@strawberry.federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.enum(description="Whether an index can be searched.")
class SearchIndexState(Enum):
    """Whether an index can be searched."""

    WAITING = strawberry.enum_value("WAITING", description="Nothing is built yet.")
    BUILDING = strawberry.enum_value("BUILDING", description="The first version is being built.")
    LIVE = strawberry.enum_value("LIVE", description="A version serves.")
