"""``@override`` stands on fields that the subgraph resolves, with a readable source and label.

A label is ``percent(n)`` with n from 0 to 100, or a letter followed by letters, digits and
``_ - : . /``.
"""

from __future__ import annotations

import re

from ..document import Directive, Field, TypeDef, find
from ..schema import SubgraphSchema
from .elements import object_fields

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\(([0-9]+(?:\.[0-9]{1,8})?)\)")


def check_overrides(schema: SubgraphSchema) -> None:
    """Check each application of @override on an object type's field."""
    for type_def, field in object_fields(schema):
        directive = find(field.directives, "override") if field.directives else None
        if directive is None or type_def.kind == "INTERFACE":
            continue
        _check_label(schema, type_def, field, directive)
        if (type_def.name, field.name) in schema.external:
            where = f"{type_def.name}.{field.name}"
            message = f'"{where}" is both @{directive.name} and @external'
            code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
            schema.report(code, message, where, directive.at)


def _check_label(
    schema: SubgraphSchema, type_def: TypeDef, field: Field, directive: Directive
) -> None:
    label = directive.text("label")
    if label is None:
        return
    percent = _PERCENT.fullmatch(label)
    if percent is not None and float(percent.group(1)) <= 100:
        return
    if _NAME.fullmatch(label):
        return
    where = f"{type_def.name}.{field.name}"
    message = f'the label "{label}" of @{directive.name} on "{where}" cannot be used'
    schema.report("OVERRIDE_LABEL_INVALID", message, where, directive.at)
