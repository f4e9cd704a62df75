"""What is wrong with a document given as a supergraph: collected while reading, raised at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from graphql import DocumentNode, Node, get_location

from reelgraph_federation.problems import Problem, SourceLocation, make_problem

INVALID = "INVALID_FEDERATION_SUPERGRAPH"
OLD_VERSION = "UNSUPPORTED_FEDERATION_VERSION"
UNKNOWN_VERSION = "UNSUPPORTED_FEDERATION_DIRECTIVE"
UNKNOWN_FEATURE = "UNSUPPORTED_LINKED_FEATURE"

_MOST = 50
"""Problems told about one document; a hostile one could have millions."""

_Place: TypeAlias = "tuple[str, Node]"


class InvalidSupergraphError(ValueError):
    """A document cannot be read as a supergraph; the text says why, where, and what to do.

    `problems` has each fault with its code: INVALID_FEDERATION_SUPERGRAPH,
    UNSUPPORTED_FEDERATION_VERSION, UNSUPPORTED_FEDERATION_DIRECTIVE or UNSUPPORTED_LINKED_FEATURE.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def code(self) -> str:
        """The first problem's code."""
        return self.problems[0].code


class ReadingProblems:
    """The problems of one document, with places where the document was parsed with locations."""

    def __init__(self, document: DocumentNode | None = None) -> None:
        self.found: list[Problem] = []
        self._document = document
        self._places: dict[str, Node] | None = None

    def add(
        self,
        code: str,
        message: str,
        node: Node | None = None,
        coordinate: str | None = None,
        remedy: str | None = None,
    ) -> None:
        """Add a problem at a node, or at the element that a schema coordinate names."""
        if len(self.found) >= _MOST or any(one.message == message for one in self.found):
            return
        if node is None and coordinate is not None:
            node = self._coordinates().get(coordinate)
        elif node is not None and coordinate is None:
            coordinate = self._coordinate_of(node)
        self.found.append(make_problem(code, message, coordinate, _locations(node), remedy))

    def _coordinates(self) -> dict[str, Node]:
        if self._places is None:
            self._places = dict(_elements(self._document))
        return self._places

    def _coordinate_of(self, node: Node) -> str | None:
        """Return the innermost element around a node."""
        if node.loc is None:
            return None
        found = None
        for coordinate, element in self._coordinates().items():
            loc = element.loc
            if loc is not None and loc.start <= node.loc.start and node.loc.end <= loc.end:
                found = coordinate
        return found


def _locations(node: Node | None) -> tuple[SourceLocation, ...]:
    if node is None or node.loc is None:
        return ()
    at = get_location(node.loc.source, node.loc.start)
    return (SourceLocation("supergraph", None, at.line, at.column),)


def _elements(document: DocumentNode | None) -> Iterator[_Place]:
    """Yield each element of a document with its coordinate, outer ones first."""
    for definition in document.definitions if document is not None else ():
        name = getattr(definition, "name", None)
        if name is None:
            continue
        prefix = "@" if definition.kind == "directive_definition" else ""
        coordinate = f"{prefix}{name.value}"
        yield coordinate, definition
        if prefix:
            yield from _arguments(coordinate, definition)
        else:
            yield from _members(coordinate, definition)


def _members(type_name: str, definition: Node) -> Iterator[_Place]:
    for kind in ("fields", "values"):
        for one in getattr(definition, kind, None) or ():
            coordinate = f"{type_name}.{one.name.value}"
            yield coordinate, one
            yield from _arguments(coordinate, one)


def _arguments(coordinate: str, node: Node) -> Iterator[_Place]:
    arguments: Iterable[Node] = getattr(node, "arguments", None) or ()
    for one in arguments:
        yield f"{coordinate}({one.name.value}:)", one  # type: ignore[attr-defined]
