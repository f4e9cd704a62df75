"""An implementation has each field of its interfaces, with a type and arguments that fit.

https://spec.graphql.org/October2021/#IsValidImplementation()
"""

from __future__ import annotations

from ...type_refs import is_list, is_required, item, nullable
from ..document import Field, Missing, TypeDef
from ..schema import SubgraphSchema


def check_implementations(schema: SubgraphSchema) -> None:
    """Check each type against each interface that it says to implement."""
    for type_def in schema.types.values():
        for name in type_def.interfaces:
            interface = schema.types.get(name)
            if name == type_def.name:
                message = f'"{name}" cannot implement itself'
                schema.report("INVALID_GRAPHQL", message, name, type_def.interfaces[name])
            elif interface is not None and interface.kind == "INTERFACE":
                _check_transitive(schema, type_def, interface)
                _check_fields(schema, type_def, interface)


def _check_transitive(schema: SubgraphSchema, type_def: TypeDef, interface: TypeDef) -> None:
    for name in interface.interfaces:
        if name not in type_def.interfaces:
            what = "a circle" if name == type_def.name else f'"implements {name}"'
            verb = "makes" if name == type_def.name else "needs"
            message = f'"{type_def.name}" implements "{interface.name}" and {verb} {what} too'
            at = type_def.interfaces[interface.name]
            schema.report("INVALID_GRAPHQL", message, type_def.name, at)


def _check_fields(schema: SubgraphSchema, type_def: TypeDef, interface: TypeDef) -> None:
    for wanted in interface.fields.values():
        coordinate = f"{type_def.name}.{wanted.name}"
        field = type_def.fields.get(wanted.name)
        if field is None:
            message = (
                f'"{type_def.name}" implements "{interface.name}" and lacks its field '
                f'"{wanted.name}"'
            )
            at = type_def.interfaces[interface.name]
            schema.report("INVALID_GRAPHQL", message, coordinate, at)
            continue
        if not _is_subtype(schema, field.type, wanted.type):
            message = (
                f'"{coordinate}" has the type "{field.type}", which does not fit '
                f'"{interface.name}.{wanted.name}: {wanted.type}"'
            )
            schema.report("INVALID_GRAPHQL", message, coordinate, field.at)
        _check_arguments(schema, coordinate, field, interface.name, wanted)


def _check_arguments(
    schema: SubgraphSchema, coordinate: str, field: Field, interface: str, wanted: Field
) -> None:
    for argument in wanted.args.values():
        own = field.args.get(argument.name)
        if own is None or own.type != argument.type:
            has = "lacks it" if own is None else f'has "{own.type}"'
            message = (
                f'"{interface}.{wanted.name}({argument.name}:)" is "{argument.type}", and '
                f'"{coordinate}" {has}'
            )
            at = own.at if own else field.at
            schema.report("INVALID_GRAPHQL", message, coordinate, at)
    for argument in field.args.values():
        if argument.name in wanted.args or any(
            directive.spec == "fromContext" for directive in argument.directives
        ):
            continue
        if is_required(argument.type) and isinstance(argument.default, Missing):
            message = (
                f'"{coordinate}({argument.name}:)" is required, and '
                f'"{interface}.{wanted.name}" does not have it'
            )
            schema.report("INVALID_GRAPHQL", message, coordinate, argument.at)


def _is_subtype(schema: SubgraphSchema, narrow: str, wide: str) -> bool:
    if narrow == wide:
        return True
    if is_required(wide):
        return is_required(narrow) and _is_subtype(schema, narrow[:-1], wide[:-1])
    narrow = nullable(narrow)
    if is_list(narrow) and is_list(wide):
        return _is_subtype(schema, item(narrow), item(wide))
    if narrow == wide:
        return True
    narrow_def, wide_def = schema.types.get(narrow), schema.types.get(wide)
    if narrow_def is None or wide_def is None:
        return False
    return narrow in wide_def.members or wide in narrow_def.interfaces
