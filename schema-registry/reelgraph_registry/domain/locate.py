"""Find the place of a schema coordinate in an SDL text."""

from collections.abc import Iterable, Iterator

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    get_location,
    parse,
)

from reelgraph_federation.problems import SourceLocation

from .subgraph_version import SubgraphSchema


class SdlIndex:
    """The places of all coordinates in one subgraph's SDL."""

    def __init__(self, schema: SubgraphSchema) -> None:
        self._schema = schema
        self._places: dict[str, SourceLocation] = {}
        for coordinate, node in _walk(schema.sdl):
            if coordinate not in self._places and (place := self._place(node)):
                self._places[coordinate] = place

    def find(self, coordinate: str) -> SourceLocation | None:
        """Return the place of a coordinate, or None when the SDL does not define it."""
        return self._places.get(coordinate)

    def _place(self, node: Node) -> SourceLocation | None:
        if node.loc is None:
            return None
        spot = get_location(node.loc.source, node.loc.start)
        return SourceLocation(self._schema.name, self._schema.file, spot.line, spot.column)


def locate(coordinate: str, indexes: Iterable[SdlIndex]) -> SourceLocation | None:
    """Find a coordinate in the proposed SDL; of what was removed, the nearest holder that stands.

    None when no index knows even the type.
    """
    known = list(indexes)
    for candidate in _nearest_first(coordinate):
        for index in known:
            if place := index.find(candidate):
                return place
    return None


def _nearest_first(coordinate: str) -> Iterator[str]:
    yield coordinate
    member = coordinate.partition("(")[0]
    if member != coordinate:
        yield member
    type_name = member.partition(".")[0]
    if type_name != member:
        yield type_name


def _walk(sdl: str) -> Iterator[tuple[str, Node]]:
    try:
        document = parse(sdl)
    except (GraphQLError, RecursionError):
        return
    for definition in document.definitions:
        yield from _walk_definition(definition)


def _walk_definition(definition: DefinitionNode) -> Iterator[tuple[str, Node]]:
    if isinstance(definition, DirectiveDefinitionNode):
        name = f"@{definition.name.value}"
        yield name, definition.name
        yield from _walk_arguments(name, definition.arguments or ())
    elif isinstance(definition, TypeDefinitionNode | TypeExtensionNode):
        name = definition.name.value
        yield name, definition.name
        yield from _walk_members(name, definition)


def _walk_members(
    type_name: str, definition: TypeDefinitionNode | TypeExtensionNode
) -> Iterator[tuple[str, Node]]:
    for name, node in _members(definition):
        coordinate = f"{type_name}.{name.value}"
        yield coordinate, name
        if isinstance(node, FieldDefinitionNode):
            yield from _walk_arguments(coordinate, node.arguments or ())


def _members(
    definition: TypeDefinitionNode | TypeExtensionNode,
) -> Iterator[tuple[NameNode, Node]]:
    if isinstance(definition, _WITH_FIELDS):
        for field in definition.fields or ():
            yield field.name, field
    elif isinstance(definition, EnumTypeDefinitionNode | EnumTypeExtensionNode):
        for value in definition.values or ():
            yield value.name, value


def _walk_arguments(
    holder: str, arguments: Iterable[InputValueDefinitionNode]
) -> Iterator[tuple[str, Node]]:
    for argument in arguments:
        yield f"{holder}({argument.name.value}:)", argument.name


_WITH_FIELDS = (
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
)
