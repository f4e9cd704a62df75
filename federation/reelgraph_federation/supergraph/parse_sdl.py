"""Read a supergraph's SDL: join v0.2 to v0.5 of Federation 2, and join v0.1 of Federation 1.

Specification: https://specs.apollo.dev/join/v0.5 and the link, tag, inaccessible, authenticated,
requiresScopes, policy, cost and context specifications it is used with. What join v0.1 says otherwise
stands in `ownership`.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    ExecutableDefinitionNode,
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
    TypeSystemExtensionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from reelgraph_federation.problems import SourceLocation, make_problem
from reelgraph_federation.supergraph.arguments import Arguments
from reelgraph_federation.supergraph.checks import check_names, check_supergraph
from reelgraph_federation.supergraph.directives import DirectiveReader
from reelgraph_federation.supergraph.executable_directives import read_directive_definitions
from reelgraph_federation.supergraph.links import Names, read_names
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
    UnionType,
)
from reelgraph_federation.supergraph.ownership import join_by_ownership
from reelgraph_federation.supergraph.reading_problems import (
    INVALID,
    OLD_VERSION,
    InvalidSupergraphError,
    ReadingProblems,
)
from reelgraph_federation.supergraph.supergraph import Supergraph
from reelgraph_federation.supergraph.type_refs import type_ref_from_node


def parse_supergraph(sdl: str) -> Supergraph:
    """Read a supergraph SDL into a `Supergraph`.

    Raises `InvalidSupergraphError` with every problem found: the text is not GraphQL, is not a
    supergraph, does not fit together, or uses a specification or version that is not known.
    """
    try:
        supergraph, problems = _read(sdl, locate=False)
        if supergraph is not None and not problems.found:
            return supergraph
        # Places cost memory and time, so only documents that are refused are read with them.
        _, problems = _read(sdl, locate=True)
    except RecursionError:
        problems = ReadingProblems()
        problems.add(INVALID, "the supergraph nests lists or values too deeply to be read")
    raise InvalidSupergraphError(problems.found)


def _read(sdl: str, *, locate: bool) -> tuple[Supergraph | None, ReadingProblems]:
    document = _parse(sdl, locate=locate)
    problems = ReadingProblems(document if locate else None)
    schema = _schema_definition(document, problems)
    if schema is None:
        return None, problems
    names = read_names(schema, document, problems)
    subgraphs = _read_subgraphs(document, names, problems)
    if problems.found:
        return None, problems
    reader = DirectiveReader(names, subgraphs, problems)
    check_names(document, problems)
    supergraph = _make_supergraph(document, schema, names, reader, subgraphs)
    check_supergraph(supergraph, problems)
    if names.join_version == "0.1" and not problems.found:
        join_by_ownership(supergraph, _read_owners(document, reader), problems)
    return supergraph, problems


def _make_supergraph(
    document: DocumentNode,
    schema: SchemaDefinitionNode,
    names: Names,
    reader: DirectiveReader,
    subgraphs: dict[str, Subgraph],
) -> Supergraph:
    roots = {root.operation.value: root.type.name.value for root in schema.operation_types}
    return Supergraph(
        subgraphs={subgraph.name: subgraph for subgraph in subgraphs.values()},
        types=_read_types(document, reader),
        query_type=roots.get("query", "Query"),
        mutation_type=roots.get("mutation"),
        subscription_type=roots.get("subscription"),
        directives=read_directive_definitions(document, reader),
        links=names.composed_links,
        description=_text(schema.description),
        applied=reader.applied(schema),
    )


def _parse(sdl: str, *, locate: bool) -> DocumentNode:
    try:
        return parse(sdl, no_location=not locate)
    except GraphQLError as error:
        at = tuple(
            SourceLocation("supergraph", None, one.line, one.column)
            for one in error.locations or ()
        )
        message = f"the supergraph is not valid GraphQL: {error.message}"
        raise InvalidSupergraphError([make_problem(INVALID, message, None, at)]) from error


def _schema_definition(
    document: DocumentNode, problems: ReadingProblems
) -> SchemaDefinitionNode | None:
    for definition in document.definitions:
        if isinstance(definition, TypeSystemExtensionNode | ExecutableDefinitionNode):
            message = "a supergraph consists of definitions, without extensions and operations"
            problems.add(INVALID, message, definition)
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode):
            if any(one.name.value == "composedGraph" for one in definition.directives or ()):
                message = (
                    "the supergraph was written before the join specification, by Federation 1"
                )
                problems.add(OLD_VERSION, message, definition)
                return None
            return definition
    problems.add(
        INVALID,
        "the supergraph has no schema definition",
        remedy="Compose subgraphs first, or give the supergraph that composition wrote: this may "
        "be a subgraph's schema.",
    )
    return None


def _read_subgraphs(
    document: DocumentNode, names: Names, problems: ReadingProblems
) -> dict[str, Subgraph]:
    """Return the subgraphs by their value of the `join__Graph` enum."""
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == names.graph:
            break
    else:
        message = f"the supergraph has no enum {names.graph}, which lists the subgraphs"
        problems.add(INVALID, message)
        return {}
    if not names.join_version:
        problems.add(INVALID, "the supergraph's schema definition links no join specification")
    subgraphs: dict[str, Subgraph] = {}
    for value in definition.values or ():
        graph = value.name.value
        applied = [one for one in value.directives or () if one.name.value == names.join_graph]
        if len(applied) != 1:
            problems.add(INVALID, f"the graph {graph} needs one @{names.join_graph}", value)
            continue
        arguments = Arguments(applied[0], problems)
        name = arguments.required_string("name")
        if any(one.name == name for one in subgraphs.values()):
            problems.add(INVALID, f'two graphs are named "{name}"', value)
        subgraphs[graph] = Subgraph(name, arguments.string("url") or "", graph)
    return subgraphs


def _read_owners(document: DocumentNode, reader: DirectiveReader) -> dict[str, str]:
    """Return the owner of each entity of a join v0.1 supergraph."""
    owners = {
        one.name.value: reader.owner(one)
        for one in document.definitions
        if isinstance(one, ObjectTypeDefinitionNode)
    }
    return {name: owner for name, owner in owners.items() if owner is not None}


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
    applied, joins = reader.applied(node), reader.type_joins(node)
    if isinstance(node, ObjectTypeDefinitionNode):
        fields, interfaces = _read_fields(node.fields, reader), reader.implements(node)
        contexts = reader.contexts(node)
        return ObjectType(name, fields, interfaces, description, applied, joins, contexts)
    if isinstance(node, InterfaceTypeDefinitionNode):
        fields, interfaces = _read_fields(node.fields, reader), reader.implements(node)
        contexts = reader.contexts(node)
        return InterfaceType(name, fields, interfaces, description, applied, joins, contexts)
    if isinstance(node, UnionTypeDefinitionNode):
        contexts = reader.contexts(node)
        return UnionType(name, reader.members(node), description, applied, joins, contexts)
    if isinstance(node, EnumTypeDefinitionNode):
        return EnumType(name, _read_enum_values(node, reader), description, applied, joins)
    if isinstance(node, InputObjectTypeDefinitionNode):
        inputs = _read_inputs(node.fields, reader)
        return InputObjectType(name, inputs, description, applied, joins, reader.is_one_of(node))
    assert isinstance(node, ScalarTypeDefinitionNode)
    return ScalarType(name, description, applied, joins, reader.specified_by(node))


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
            reader.applied(node),
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
            reader.applied(node),
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
            reader.applied(value),
            reader.enum_value_subgraphs(value),
        )
        for value in node.values or ()
    }


def _text(description: StringValueNode | None) -> str | None:
    return None if description is None else description.value
