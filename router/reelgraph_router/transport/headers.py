"""Header lines for subgraphs: the same for all, or with one line that each gets made for itself."""

from __future__ import annotations

from typing import Protocol, TypeAlias


class LineOfEach(Protocol):
    """Makes the header line that is meant for one subgraph alone."""

    def line_for(self, subgraph: str) -> bytes:
        """The line for a subgraph, ending in CRLF."""


class HeadersOfEach:
    """Header lines of which one names the subgraph that it is for; more are added like bytes.

    Equal where every subgraph would get the same.
    """

    __slots__ = ("_each", "_lines")

    def __init__(self, each: LineOfEach, lines: bytes = b"") -> None:
        self._each = each
        self._lines = lines

    def __add__(self, lines: bytes) -> HeadersOfEach:
        return HeadersOfEach(self._each, self._lines + lines) if lines else self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HeadersOfEach):
            return NotImplemented
        return self._each is other._each and self._lines == other._lines

    def __hash__(self) -> int:
        return hash((id(self._each), self._lines))

    def for_subgraph(self, subgraph: str) -> bytes:
        """The lines that one subgraph gets."""
        return self._each.line_for(subgraph) + self._lines


Headers: TypeAlias = bytes | HeadersOfEach
"""Ready-made lines, each ending in CRLF: for all subgraphs alike, or made for each."""
