"""Definitions of federation's own directives and types agree with their specification.

A document may define them, and many libraries do, in older and newer spellings: fewer arguments,
optional arguments, fewer locations, ``FieldSet`` under several names.
"""

from __future__ import annotations

from ...type_refs import nullable
from ..definitions import disagreements
from ..document import DirectiveDef, TypeDef, find
from ..schema import SubgraphSchema
from ..spec_features import BUILT_IN_SCALARS, DIRECTIVES, FIELD_SETS, MACHINERY_TYPES, SpecDirective

_KINDS = {"_Any": "SCALAR", "_FieldSet": "SCALAR", "_Entity": "UNION", "_Service": "OBJECT"}
_BUILT_IN_ARGUMENTS = {
    "skip": {"if": "Boolean!"},
    "include": {"if": "Boolean!"},
    "deprecated": {"reason": "String"},
    "specifiedBy": {"url": "String!"},
}


def check_definitions(schema: SubgraphSchema) -> None:
    """Check each definition that the document makes of something already specified."""
    spelled = {
        name: DIRECTIVES[spec] for name, spec in schema.meanings.items() if spec in DIRECTIVES
    }
    for definition in schema.document.directive_defs.values():
        if definition.name in spelled:
            _check_directive(schema, definition, spelled[definition.name])
        elif definition.name in _BUILT_IN_ARGUMENTS:
            _check_built_in(schema, definition)
    for name in (*sorted(BUILT_IN_SCALARS), *sorted(MACHINERY_TYPES)):
        type_def = schema.document.types.get(name)
        if type_def is not None:
            _check_type(schema, type_def)
    _check_hidden(schema)
    for name in schema.machinery:
        type_def = schema.document.types.get(name)
        if type_def is not None and not name.endswith("Purpose"):
            _check_kind(schema, type_def, "SCALAR")


def _check_hidden(schema: SubgraphSchema) -> None:
    """Report @inaccessible on what clients never see, or could not do without."""
    for type_def in schema.document.types.values():
        if type_def.name not in schema.types and type_def.has("inaccessible"):
            message = f'"{type_def.name}" is @inaccessible, and is no type of the subgraph\'s own'
            schema.report("DISALLOWED_INACCESSIBLE", message, type_def.name, type_def.at)
    for definition in schema.document.directive_defs.values():
        for argument in definition.args.values():
            if find(argument.directives, "inaccessible") is not None:
                where = f"@{definition.name}({argument.name}:)"
                message = f'"{where}" is @inaccessible, and arguments of directives may not be'
                schema.report("DISALLOWED_INACCESSIBLE", message, where, argument.at)


def _check_directive(schema: SubgraphSchema, definition: DirectiveDef, spec: SpecDirective) -> None:
    if schema.version is None and not definition.args and spec.name in FIELD_SETS:
        return  # Federation 1 never read definitions, and many leave the arguments out.
    for problem in disagreements(definition, spec):
        message = f"@{definition.name} is defined differently from its specification: {problem}"
        coordinate = f"@{definition.name}"
        schema.report("DIRECTIVE_DEFINITION_INVALID", message, coordinate, definition.at)


def _check_built_in(schema: SubgraphSchema, definition: DirectiveDef) -> None:
    wanted = _BUILT_IN_ARGUMENTS[definition.name]
    for name, type_ref in wanted.items():
        own = definition.args.get(name)
        if own is None or nullable(own.type) != nullable(type_ref):
            message = f'@{definition.name} is defined without the argument "{name}: {type_ref}"'
            coordinate = f"@{definition.name}"
            schema.report("DIRECTIVE_DEFINITION_INVALID", message, coordinate, definition.at)


def _check_type(schema: SubgraphSchema, type_def: TypeDef) -> None:
    _check_kind(schema, type_def, _KINDS.get(type_def.name, "SCALAR"))
    if type_def.name == "_Service" and type_def.kind == "OBJECT":
        sdl = type_def.fields.get("sdl")
        if sdl is None or nullable(sdl.type) != "String":
            message = '"_Service" is defined without the field "sdl: String"'
            schema.report("TYPE_DEFINITION_INVALID", message, "_Service", type_def.at)


def _check_kind(schema: SubgraphSchema, type_def: TypeDef, kind: str) -> None:
    if type_def.kind != kind:
        message = f'"{type_def.name}" is defined as {type_def.kind}, not as {kind}'
        schema.report("TYPE_DEFINITION_INVALID", message, type_def.name, type_def.at)
