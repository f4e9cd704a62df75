"""Types are not empty, names are not reserved, roots are object types.

https://spec.graphql.org/October2021/#sec-Schema and the type validation sections of each kind.
"""

from __future__ import annotations

from ..document import TypeDef
from ..schema import SubgraphSchema

_CONTENT = {
    "OBJECT": ("fields", "a field"),
    "INTERFACE": ("fields", "a field"),
    "INPUT": ("inputs", "a field"),
    "ENUM": ("values", "a value"),
    "UNION": ("members", "a member"),
}


def check_shapes(schema: SubgraphSchema) -> None:
    """Report empty types, reserved names and roots that are no object types."""
    for type_def in schema.types.values():
        _check_content(schema, type_def)
        _check_names(schema, type_def)
    for operation, name in schema.document.roots.items():
        usual = schema.roots.get(operation, name)
        root = schema.types.get(usual) or schema.document.types.get(name)
        if root is None or root.kind != "OBJECT":
            what = "does not exist" if root is None else "is no object type"
            message = f'the {operation} root "{name}" {what}'
            at = schema.document.root_at.get(operation, 0)
            schema.report("INVALID_GRAPHQL", message, name, at)


def _check_content(schema: SubgraphSchema, type_def: TypeDef) -> None:
    attribute, what = _CONTENT.get(type_def.kind, ("name", ""))
    if not getattr(type_def, attribute):
        message = f'"{type_def.name}" is empty: {what} is needed'
        schema.report("INVALID_GRAPHQL", message, type_def.name, type_def.at)


def _check_names(schema: SubgraphSchema, type_def: TypeDef) -> None:
    own = f"{type_def.name}."
    names = [(type_def.name, type_def.name, type_def.at)]
    names += [(f.name, own + f.name, f.at) for f in type_def.fields.values()]
    names += [(v.name, own + v.name, v.at) for v in type_def.inputs.values()]
    for name, coordinate, at in names:
        if name.startswith("__"):
            message = f'"{coordinate}": names that begin with "__" are reserved for introspection'
            schema.report("INVALID_GRAPHQL", message, coordinate, at)
    for field in type_def.fields.values():
        for argument in field.args.values():
            if argument.name.startswith("__"):
                coordinate = f"{own}{field.name}({argument.name}:)"
                message = f'"{coordinate}": names that begin with "__" are reserved'
                schema.report("INVALID_GRAPHQL", message, coordinate, argument.at)
