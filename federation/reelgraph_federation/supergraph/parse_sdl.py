"""Read a supergraph's SDL: join v0.1 to v0.5 as Federation 2 composers print it.

Specification: https://specs.apollo.dev/join/v0.5 and the link, tag, inaccessible, authenticated,
requiresScopes, policy, cost and context specifications it is used with.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from reelgraph_federation.supergraph.directives import DirectiveReader
from reelgraph_federation.supergraph.executable_directives import read_directive_definitions
from reelgraph_federation.supergraph.links import InvalidSupergraphError, Names, read_names
from reelgraph_federation.supergraph.model import (
    EnumType,
    EnumValue,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    NamedType,
    ObjectType,
    ScalarType,
    Subgraph,
    Supergraph,
    UnionType,
)
from reelgraph_federation.supergraph.type_refs import type_ref_from_node


def parse_supergraph(sdl: str) -> Supergraph:
    """Read a supergraph SDL into a `Supergraph`.

    Raises `InvalidSupergraphError` when the text is not GraphQL, is not a supergraph (no
    `join__Graph` enum), or uses a version of the join specification that is not known.
    """
    document = _parse(sdl)
    schema = _schema_definition(document)
    names = read_names(schema)
    subgraphs = _read_subgraphs(document, names)
    reader = DirectiveReader(names, subgraphs)
    types = _read_types(document, reader)
    roots = {root.operation.value: root.type.name.value for root in schema.operation_types}
    return Supergraph(
        subgraphs={subgraph.name: subgraph for subgraph in subgraphs.values()},
        types=types,
        query_type=roots.get("query", "Query"),
        mutation_type=roots.get("mutation"),
        subscription_type=roots.get("subscription"),
        directives=read_directive_definitions(document, reader),
        links=names.composed_links,
        description=_text(schema.description),
        marks=reader.marks(schema),
    )


def _parse(sdl: str) -> DocumentNode:
    try:
        return parse(sdl, no_location=True)
    except GraphQLError as error:
        raise InvalidSupergraphError(f"The supergraph is not valid GraphQL: {error}") from error


def _schema_definition(document: DocumentNode) -> SchemaDefinitionNode:
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode):
            return definition
    raise InvalidSupergraphError(
        "The supergraph has no schema definition; is this a subgraph's schema?"
        " Compose subgraphs first, or give the supergraph that composition wrote."
    )


def _read_subgraphs(document: DocumentNode, names: Names) -> dict[str, Subgraph]:
    """Return the subgraphs by their value of the `join__Graph` enum."""
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == names.graph:
            break
    else:
        raise InvalidSupergraphError(
            f"The supergraph has no enum {names.graph}, which lists the subgraphs."
        )
    subgraphs: dict[str, Subgraph] = {}
    for value in definition.values or ():
        for directive in value.directives or ():
            if directive.name.value == names.join_graph:
                arguments = {
                    argument.name.value: argument.value.value
                    for argument in directive.arguments or ()
                    if isinstance(argument.value, StringValueNode)
                }
                graph = value.name.value
                subgraphs[graph] = Subgraph(
                    arguments.get("name", graph), arguments.get("url", ""), graph
                )
    return subgraphs


def _read_types(document: DocumentNode, reader: DirectiveReader) -> dict[str, NamedType]:
    types: dict[str, NamedType] = {}
    for definition in document.definitions:
        if not isinstance(definition, TypeDefinitionNode):
            continue
        if reader.names.is_machinery(definition.name.value):
            continue
        named = _read_type(definition, reader)
        types[named.name] = named
    return types


def _read_type(node: TypeDefinitionNode, reader: DirectiveReader) -> NamedType:
    name, description = node.name.value, _text(node.description)
    marks, joins = reader.marks(node), reader.type_joins(node)
    if isinstance(node, ObjectTypeDefinitionNode):
        fields, interfaces = _read_fields(node.fields, reader), reader.implements(node)
        contexts = reader.contexts(node)
        return ObjectType(name, fields, interfaces, description, marks, joins, contexts)
    if isinstance(node, InterfaceTypeDefinitionNode):
        fields, interfaces = _read_fields(node.fields, reader), reader.implements(node)
        contexts = reader.contexts(node)
        return InterfaceType(name, fields, interfaces, description, marks, joins, contexts)
    if isinstance(node, UnionTypeDefinitionNode):
        contexts = reader.contexts(node)
        return UnionType(name, reader.members(node), description, marks, joins, contexts)
    if isinstance(node, EnumTypeDefinitionNode):
        return EnumType(name, _read_enum_values(node, reader), description, marks, joins)
    if isinstance(node, InputObjectTypeDefinitionNode):
        inputs = _read_inputs(node.fields, reader)
        return InputObjectType(name, inputs, description, marks, joins, reader.is_one_of(node))
    assert isinstance(node, ScalarTypeDefinitionNode)
    return ScalarType(name, description, marks, joins, reader.specified_by(node))


def _read_fields(
    nodes: Iterable[FieldDefinitionNode] | None, reader: DirectiveReader
) -> dict[str, Field]:
    return {
        node.name.value: Field(
            node.name.value,
            type_ref_from_node(node.type),
            _read_inputs(node.arguments, reader) if node.arguments else {},
            _text(node.description),
            reader.deprecation(node),
            reader.marks(node),
            reader.field_joins(node),
        )
        for node in nodes or ()
    }


def _read_inputs(
    nodes: Iterable[InputValueDefinitionNode] | None, reader: DirectiveReader
) -> dict[str, InputValue]:
    return {
        node.name.value: InputValue(
            node.name.value,
            type_ref_from_node(node.type),
            print_ast(node.default_value) if node.default_value else None,
            _text(node.description),
            reader.deprecation(node),
            reader.marks(node),
            reader.field_joins(node),
        )
        for node in nodes or ()
    }


def _read_enum_values(
    node: EnumTypeDefinitionNode, reader: DirectiveReader
) -> dict[str, EnumValue]:
    return {
        value.name.value: EnumValue(
            value.name.value,
            _text(value.description),
            reader.deprecation(value),
            reader.marks(value),
            reader.enum_value_subgraphs(value),
        )
        for value in node.values or ()
    }


def _text(description: StringValueNode | None) -> str | None:
    return None if description is None else description.value
