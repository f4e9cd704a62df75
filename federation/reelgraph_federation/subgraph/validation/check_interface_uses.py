"""What may not stand on interfaces and their fields, since only object types are resolved.

Access requirements may not stand on interface objects either: they would not hold for the objects
that other subgraphs return. They may stand on the fields that an interface object adds.
"""

from __future__ import annotations

from ..document import Directive, Field, TypeDef
from ..schema import SubgraphSchema

_ON_FIELDS = {
    "external": "EXTERNAL_ON_INTERFACE",
    "override": "OVERRIDE_ON_INTERFACE",
    "shareable": "INVALID_SHAREABLE_USAGE",
    "cost": "COST_APPLIED_TO_INTERFACE_FIELD",
}
_ACCESS = ("authenticated", "requiresScopes", "policy")


def check_interface_uses(schema: SubgraphSchema) -> None:
    """Report directives that interfaces and their fields cannot have."""
    for type_def in schema.types.values():
        interface_object = type_def.has("interfaceObject")
        if type_def.kind != "INTERFACE" and not interface_object:
            continue
        for directive in type_def.directives:
            _check_on_type(schema, type_def, directive)
        for field in type_def.fields.values():
            for directive in field.directives:
                _check_on_field(schema, type_def, field, directive)


def _check_on_type(schema: SubgraphSchema, type_def: TypeDef, directive: Directive) -> None:
    if directive.spec in _ACCESS:
        _report_access(schema, type_def.name, directive)
    elif (
        type_def.kind == "INTERFACE"
        and directive.spec == "key"
        and schema.version is not None
        and schema.version < (2, 3)
    ):
        message = (
            f'@key on the interface "{type_def.name}" needs federation v2.3, and the subgraph '
            f"links v{schema.version[0]}.{schema.version[1]}"
        )
        schema.report("KEY_UNSUPPORTED_ON_INTERFACE", message, type_def.name, directive.at)


def _check_on_field(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
) -> None:
    coordinate = f"{type_def.name}.{field.name}"
    if directive.spec in _ACCESS and type_def.kind == "INTERFACE":
        _report_access(schema, coordinate, directive)
    elif type_def.kind == "INTERFACE" and directive.spec in _ON_FIELDS:
        message = f'@{directive.name} stands on "{coordinate}", a field of an interface'
        schema.report(_ON_FIELDS[directive.spec], message, coordinate, directive.at)


def _report_access(schema: SubgraphSchema, coordinate: str, directive: Directive) -> None:
    message = f'@{directive.name} stands on "{coordinate}", which is an interface or part of one'
    schema.report("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", message, coordinate, directive.at)
