"""The executable schema of a subgraph's SDL, of Federation 1 or 2, however it spells things."""

from __future__ import annotations

import re

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    extend_schema,
    parse,
    print_ast,
)

_DEFINITIONS = {
    "object_type_extension": ObjectTypeDefinitionNode,
    "interface_type_extension": InterfaceTypeDefinitionNode,
    "union_type_extension": UnionTypeDefinitionNode,
    "enum_type_extension": EnumTypeDefinitionNode,
    "input_object_type_extension": InputObjectTypeDefinitionNode,
    "scalar_type_extension": ScalarTypeDefinitionNode,
}
_KEY_IMPORT = re.compile(r'name:\s*"@key",\s*as:\s*"@(\w+)"')
_LINK_NAME = re.compile(r'federation/v[0-9.]+",\s*as:\s*"(\w+)"')


def build_subgraph_schema(sdl: str) -> GraphQLSchema:
    """The SDL's schema with the subgraph protocol added; directives of federation mean nothing."""
    document = parse(sdl)
    roots, keys = _read_schema_definitions(document)
    definitions = _with_bases(
        [one for one in document.definitions if not one.kind.startswith("schema_")]
    )
    machinery = _machinery(definitions, roots, keys)
    whole = (*definitions, *parse(machinery).definitions)
    bases = tuple(one for one in whole if not one.kind.endswith("extension"))
    extensions = tuple(one for one in whole if one.kind.endswith("extension"))
    schema = build_ast_schema(DocumentNode(definitions=bases), assume_valid=True)
    if not extensions:
        return schema
    return extend_schema(schema, DocumentNode(definitions=extensions), assume_valid=True)


def _read_schema_definitions(document: DocumentNode) -> tuple[dict[str, str], set[str]]:
    """The root types that the document names, and how it spells `@key`."""
    roots: dict[str, str] = {}
    keys = {"key", "federation__key"}
    for one in document.definitions:
        if not isinstance(one, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        roots |= {each.operation.value: each.type.name.value for each in one.operation_types or ()}
        text = print_ast(one)
        keys |= set(_KEY_IMPORT.findall(text))
        keys |= {f"{name}__key" for name in _LINK_NAME.findall(text)}
    return roots, keys


def _with_bases(definitions: list[DefinitionNode]) -> list[DefinitionNode]:
    """Make definitions of what is only extended, as Federation 1 subgraphs extend."""
    defined = {one.name.value for one in definitions if one.kind.endswith("type_definition")}
    made: list[DefinitionNode] = []
    for one in definitions:
        kind = _DEFINITIONS.get(one.kind)
        if kind is not None and one.name.value not in defined:
            defined.add(one.name.value)
            one = kind(**{key: getattr(one, key, None) for key in one.keys if key != "loc"})
        made.append(one)
    return made


def _machinery(definitions: list[DefinitionNode], roots: dict[str, str], keys: set[str]) -> str:
    names = {one.name.value for one in definitions if hasattr(one, "name")}
    entities = {
        one.name.value
        for one in definitions
        if one.kind.startswith("object_type")
        and any(use.name.value in keys for use in one.directives or ())
    }
    query = roots.setdefault("query", "Query")
    for operation in ("mutation", "subscription"):
        if operation.capitalize() in names:
            roots.setdefault(operation, operation.capitalize())
    text = "" if query in names else f"type {query} {{ _unused: Int }}\n"
    if entities:
        text += f"scalar _Any union _Entity = {' | '.join(sorted(entities))}\n"
        text += f"extend type {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}\n"
    return text + f"schema {{ {' '.join(f'{key}: {name}' for key, name in roots.items())} }}"
