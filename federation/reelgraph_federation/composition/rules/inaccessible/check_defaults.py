"""Visible defaults use no hidden enum value and no hidden input field."""

from __future__ import annotations

from ....subgraph.document import Value
from ....subgraph.scanner import parse_constant
from ....supergraph.model import EnumType, InputObjectType
from .view import HiddenView


def check_defaults(view: HiddenView) -> None:
    """Report visible defaults that mention something hidden."""
    for where, owner, value in view.visible_inputs():
        if value.default is None:
            continue
        if not isinstance(view.types.get(value.type.name), EnumType | InputObjectType):
            continue
        hidden = _hidden_part(view, value.type.name, parse_constant(value.default))
        if hidden is not None:
            member = where.partition(".")[2].partition("(")[0]
            message = f'the default of "{where}" uses "{hidden}", which is @inaccessible'
            view.report("DEFAULT_VALUE_USES_INACCESSIBLE", message, where, owner, member)


def _hidden_part(view: HiddenView, type_name: str, value: Value) -> str | None:
    if isinstance(value, list):
        found = (_hidden_part(view, type_name, each) for each in value)
        return next((part for part in found if part), None)
    type_def = view.types.get(type_name)
    if isinstance(type_def, EnumType) and isinstance(value, str):
        known = type_def.values.get(value)
        return f"{type_name}.{value}" if known and known.applied.inaccessible else None
    if isinstance(type_def, InputObjectType) and isinstance(value, dict):
        for name, inner in value.items():
            field = type_def.fields.get(name)
            if field is None:
                continue
            if field.applied.inaccessible:
                return f"{type_name}.{name}"
            part = _hidden_part(view, field.type.name, inner)
            if part:
                return part
    return None
