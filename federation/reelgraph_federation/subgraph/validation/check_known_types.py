"""Every type that the SDL refers to exists and may stand where it stands.

https://spec.graphql.org/October2021/#sec-Objects.Type-Validation and the sections on the other
kinds: input types in input positions, output types in output positions.
"""

from __future__ import annotations

from ...type_refs import named
from ..document import InputValue, TypeDef
from ..schema import SubgraphSchema
from ..spec_features import BUILT_IN_SCALARS

_OUTPUT = frozenset({"SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM"})
_INPUT = frozenset({"SCALAR", "ENUM", "INPUT"})


def check_known_types(schema: SubgraphSchema) -> None:
    """Report references to unknown types, and types of the wrong kind for their position."""
    outputs = BUILT_IN_SCALARS | {n for n, t in schema.document.types.items() if t.kind in _OUTPUT}
    inputs = BUILT_IN_SCALARS | {n for n, t in schema.document.types.items() if t.kind in _INPUT}
    outputs |= set(schema.types) & set(schema.roots.values())
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            if named(field.type) not in outputs:
                _report(schema, f"{type_def.name}.{field.name}", field.type, field.at, "output")
            for argument in field.args.values():
                if named(argument.type) not in inputs:
                    where = f"{type_def.name}.{field.name}({argument.name}:)"
                    _report(schema, where, argument.type, argument.at, "input")
        for value in type_def.inputs.values():
            _check_input(schema, type_def, value, inputs)
        _check_named(schema, type_def)
    for definition in schema.document.directive_defs.values():
        for argument in definition.args.values() if definition.name not in schema.meanings else ():
            if named(argument.type) not in inputs:
                where = f"@{definition.name}({argument.name}:)"
                _report(schema, where, argument.type, argument.at, "input")


def _check_input(
    schema: SubgraphSchema, type_def: TypeDef, value: InputValue, inputs: frozenset[str] | set[str]
) -> None:
    if named(value.type) not in inputs:
        _report(schema, f"{type_def.name}.{value.name}", value.type, value.at, "input")


def _check_named(schema: SubgraphSchema, type_def: TypeDef) -> None:
    for names, kind in ((type_def.interfaces, "INTERFACE"), (type_def.members, "OBJECT")):
        for name, at in names.items():
            other = schema.types.get(name)
            if other is None or other.kind != kind:
                what = "does not exist" if other is None else f"is no {kind.lower()} type"
                message = f'"{type_def.name}" refers to "{name}", which {what}'
                schema.report("INVALID_GRAPHQL", message, type_def.name, at)


def _report(schema: SubgraphSchema, where: str, ref: str, at: int, position: str) -> None:
    name = named(ref)
    if name in schema.document.types or name in BUILT_IN_SCALARS:
        what = f"is of a kind that cannot be used for {position}"
    else:
        what = "does not exist"
    schema.report("INVALID_GRAPHQL", f'"{where}" has the type "{ref}": "{name}" {what}', where, at)
