"""External fields are used by something, and have no directive that only a resolved field can have.

A field is used by a ``@key``, ``@requires`` or ``@provides`` of the subgraph, or because an
interface of its type has it.
"""

from __future__ import annotations

from ..document import Field, TypeDef
from ..schema import SubgraphSchema
from .elements import object_fields

_MERGED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize")
_COLLIDING = ("cacheTag", "fromContext")


def check_externals(schema: SubgraphSchema) -> None:
    """Check each external field of the subgraph's object types."""
    composed = composed_directives(schema)
    for type_def, field in object_fields(schema):
        coordinate = (type_def.name, field.name)
        if coordinate not in schema.external or type_def.kind == "INTERFACE":
            continue
        _check_use(schema, type_def, field)
        _check_company(schema, type_def, field, composed)


def composed_directives(schema: SubgraphSchema) -> set[str]:
    """Return the names of custom directives that the subgraph wants in the supergraph."""
    names = set()
    for directive in schema.document.schema_directives:
        name = directive.args.get("name")
        if directive.spec == "composeDirective" and isinstance(name, str):
            names.add(name.removeprefix("@"))
    return names


def _check_use(schema: SubgraphSchema, type_def: TypeDef, field: Field) -> None:
    coordinate = (type_def.name, field.name)
    if (
        coordinate in schema.key_fields
        or coordinate in schema.required
        or coordinate in schema.provided
        or coordinate in schema.interface_fields
    ):
        return
    where = ".".join(coordinate)
    message = f'"{where}" is @external, and no @key, @requires, @provides or interface uses it'
    schema.report("EXTERNAL_UNUSED", message, where, field.at)


def _check_company(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, composed: set[str]
) -> None:
    where = f"{type_def.name}.{field.name}"
    on_arguments = [d for argument in field.args.values() for d in argument.directives]
    for directive in (*field.directives, *on_arguments):
        if directive.spec in _COLLIDING:
            code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
        elif directive.spec in _MERGED or directive.name in composed:
            code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
        else:
            continue
        message = f'@{directive.name} stands on "{where}" or its argument, which is @external'
        schema.report(code, message, where, directive.at)
