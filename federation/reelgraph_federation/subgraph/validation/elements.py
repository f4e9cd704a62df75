"""Each element of a subgraph that directives can stand on, with its location and coordinate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ..document import Directive, EnumValue, Field, InputValue, TypeDef
from ..schema import SubgraphSchema

Element: TypeAlias = TypeDef | Field | InputValue | EnumValue

_TYPE_LOCATIONS = {
    "SCALAR": "SCALAR",
    "OBJECT": "OBJECT",
    "INTERFACE": "INTERFACE",
    "UNION": "UNION",
    "ENUM": "ENUM",
    "INPUT": "INPUT_OBJECT",
}


def directive_uses(
    schema: SubgraphSchema,
) -> Iterator[tuple[str, str, list[Directive] | tuple[Directive, ...]]]:
    """Each ``(location, coordinate, directives)`` where at least one directive stands."""
    if schema.document.schema_directives:
        yield "SCHEMA", "schema", schema.document.schema_directives
    for type_def in schema.types.values():
        if type_def.directives:
            yield _TYPE_LOCATIONS[type_def.kind], type_def.name, type_def.directives
        for field in type_def.fields.values():
            if field.directives:
                yield "FIELD_DEFINITION", f"{type_def.name}.{field.name}", field.directives
            for argument in field.args.values():
                if argument.directives:
                    where = f"{type_def.name}.{field.name}({argument.name}:)"
                    yield "ARGUMENT_DEFINITION", where, argument.directives
        for value in type_def.inputs.values():
            if value.directives:
                where = f"{type_def.name}.{value.name}"
                yield "INPUT_FIELD_DEFINITION", where, value.directives
        for enum_value in type_def.values.values():
            if enum_value.directives:
                yield "ENUM_VALUE", f"{type_def.name}.{enum_value.name}", enum_value.directives
    for definition in schema.document.directive_defs.values():
        for argument in definition.args.values():
            if argument.directives:
                where = f"@{definition.name}({argument.name}:)"
                yield "ARGUMENT_DEFINITION", where, argument.directives


def object_fields(schema: SubgraphSchema) -> Iterator[tuple[TypeDef, Field]]:
    """Each field of each object and interface type, with its type."""
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            yield type_def, field
