"""One subgraph, read: its types, its links, and a way to name places in its text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from ..field_sets import FieldSet
from ..problems import Problem, SourceLocation, make_problem
from .document import Directive, Document, TypeDef
from .links import Link

ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


@dataclass(slots=True, eq=False)
class Key:
    """One ``@key``: its selections, their normal text, and whether it can be resolved here."""

    selections: FieldSet
    text: str
    resolvable: bool
    directive: Directive


class DroppedTag(NamedTuple):
    """A tag that a Federation 1 document puts on an external field, where it has no meaning."""

    coordinate: tuple[str, str]
    name: str
    directive: Directive


@dataclass(slots=True, eq=False)
class SubgraphSchema:
    """A subgraph's types under their supergraph names, federation's own machinery removed.

    ``version`` is the linked federation version, None for Federation 1. ``meanings`` maps spellings of
    directives to their names in a specification; ``machinery`` names the types that linked features
    define; ``excused`` the directives that a link at fault would bring in. Field coordinates in the sets are ``(type name, field name)``.
    """

    name: str
    url: str
    sdl: str
    file: str | None
    document: Document
    version: tuple[int, int] | None = None
    links: list[Link] = field(default_factory=list)
    meanings: dict[str, str] = field(default_factory=dict)
    machinery: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    types: dict[str, TypeDef] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    keys: dict[str, list[Key]] = field(default_factory=dict)
    external: set[tuple[str, str]] = field(default_factory=set)
    key_fields: set[tuple[str, str]] = field(default_factory=set)
    provided: set[tuple[str, str]] = field(default_factory=set)
    required: set[tuple[str, str]] = field(default_factory=set)
    interface_fields: set[tuple[str, str]] = field(default_factory=set)
    shareable: set[tuple[str, str]] = field(default_factory=set)
    overriding: list[tuple[str, str, Directive]] = field(default_factory=list)
    """Type, field and application of each ``@override``."""
    possible: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dropped_tags: list[DroppedTag] = field(default_factory=list)
    line_starts: list[int] = field(default_factory=list)
    interface_objects: set[str] = field(default_factory=set)
    named_in: tuple[frozenset[str], frozenset[str]] | None = None
    """The types named in input and in output positions, once somebody asked for them."""

    @property
    def is_federation_2(self) -> bool:
        """Tell whether the document links the federation specification, version 2."""
        return self.version is not None

    def is_excused(self, name: str) -> bool:
        """Tell whether an unknown directive would be brought in by a link that is at fault."""
        return name in self.excused or any(
            name.startswith(prefix) for prefix in self.excused if prefix.endswith("__")
        )

    def locate(self, at: int) -> SourceLocation:
        """Turn an offset into the SDL into file, line and column."""
        if not self.line_starts:
            self.line_starts = _line_starts(self.sdl)
        line = bisect_right(self.line_starts, at)
        return SourceLocation(self.name, self.file, line, at - self.line_starts[line - 1] + 1)

    def report(
        self, code: str, message: str, coordinate: str | None, at: int, remedy: str | None = None
    ) -> None:
        """Collect a problem of this subgraph."""
        text = f"[{self.name}] {message}"
        self.problems.append(make_problem(code, text, coordinate, (self.locate(at),), remedy))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
