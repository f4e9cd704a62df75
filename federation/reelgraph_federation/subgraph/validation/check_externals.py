"""External fields are used by something, and have no directive that only a resolved field can have.

A field is used by a ``@key``, ``@requires`` or ``@provides`` of the subgraph, or because an
interface of its type has it.
"""

from __future__ import annotations

from ..document import Field, TypeDef
from ..schema import SubgraphSchema
from ..spec_features import MERGED_BY_SPEC
from .elements import object_fields

_MERGED = MERGED_BY_SPEC | {"deprecated"}
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
        name = directive.text("name") if directive.spec == "composeDirective" else None
        if name is not None:
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
        meaning = directive.spec
        if meaning in _COLLIDING:
            code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
        elif directive in on_arguments:
            continue  # What is said of an argument of a copy is not merged, and does no harm.
        elif meaning in _MERGED or (meaning is None and directive.name in composed):
            code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
        else:
            continue
        part = "an argument of " if directive in on_arguments else ""
        message = f'@{directive.name} stands on {part}"{where}", which is @external'
        schema.report(code, message, where, directive.at)
