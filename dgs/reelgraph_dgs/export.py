"""Print the schema that a subgraph publishes, and compare it with the committed file."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    FieldDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from reelgraph_dgs.schema import FederatedSchema

_MACHINERY_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet"})
_MACHINERY_FIELDS = frozenset({"_entities", "_service"})
_DEFAULT_ROOTS = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


class SchemaNotFound(Exception):
    """`module:name` does not lead to a federated schema; the text says what is wrong."""


def load_schema(reference: str) -> FederatedSchema:
    """Import the schema that `module:name` names, or make it if that is a function without arguments.

    Raises `SchemaNotFound`.
    """
    module_name, separator, name = reference.partition(":")
    if not separator:
        raise SchemaNotFound(f"{reference!r} is not of the form package.module:schema.")
    try:
        found: Any = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise SchemaNotFound(f"Cannot find {reference}: {error}.") from error
    if callable(found) and not isinstance(found, type):
        found = found()
    if not isinstance(found, FederatedSchema):
        raise SchemaNotFound(f"{reference} is a {type(found).__name__}, no federated schema.")
    return found


def print_subgraph_schema(schema: FederatedSchema) -> str:
    """Return the SDL to publish.

    Federation's own machinery (`_entities`, `_service` and their types) is left out, as every
    composer adds it by itself.
    """
    document = parse(schema.as_str())
    published = [_published(definition) for definition in document.definitions]
    return "\n\n".join(print_ast(definition) for definition in published if definition) + "\n"


def compare_schema(schema: FederatedSchema, path: Path) -> str | None:
    """Compare the committed file with the code; returns what to do when they differ."""
    printed = print_subgraph_schema(schema)
    if not path.exists():
        return f"{path} does not exist. Print the schema into it."
    if path.read_text() == printed:
        return None
    import difflib

    difference = "".join(
        difflib.unified_diff(
            path.read_text().splitlines(keepends=True),
            printed.splitlines(keepends=True),
            fromfile=str(path),
            tofile="the code",
        )
    )
    return f"{path} is not what the code says. Print the schema into it again.\n{difference}"


def _published(definition: DefinitionNode) -> DefinitionNode | SchemaExtensionNode | None:
    if isinstance(definition, SchemaDefinitionNode):
        return _schema_extension(definition)
    if isinstance(definition, ScalarTypeDefinitionNode | UnionTypeDefinitionNode):
        return None if definition.name.value in _MACHINERY_TYPES else definition
    if isinstance(definition, ObjectTypeDefinitionNode):
        return _without_machinery(definition)
    return definition


def _schema_extension(
    definition: SchemaDefinitionNode,
) -> SchemaDefinitionNode | SchemaExtensionNode:
    """Write `extend schema`, which needs no Query type, unless a root has another name."""
    roots = {root.operation.value: root.type.name.value for root in definition.operation_types}
    if any(_DEFAULT_ROOTS[operation] != name for operation, name in roots.items()):
        return definition
    directives: tuple[ConstDirectiveNode, ...] = definition.directives or ()
    return SchemaExtensionNode(directives=directives, operation_types=())


def _without_machinery(definition: ObjectTypeDefinitionNode) -> ObjectTypeDefinitionNode | None:
    if definition.name.value in _MACHINERY_TYPES:
        return None
    fields: list[FieldDefinitionNode] = [
        field for field in definition.fields or () if field.name.value not in _MACHINERY_FIELDS
    ]
    if not fields:
        return None  # a Query of nothing but machinery
    return ObjectTypeDefinitionNode(
        description=definition.description,
        name=definition.name,
        interfaces=definition.interfaces,
        directives=definition.directives,
        fields=tuple(fields),
    )
