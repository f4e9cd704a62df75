"""No visible field, argument or input field has a hidden type."""

from __future__ import annotations

from .view import HiddenView


def check_references(view: HiddenView) -> None:
    """Report visible elements whose type is hidden."""
    if not view.hidden_types:
        return
    for type_def, field in view.visible_fields():
        if field.type.name in view.hidden_types:
            where = f"{type_def.name}.{field.name}"
            _report(view, where, field.type.name, type_def.name, field.name)
    for where, owner, value in view.visible_inputs():
        if value.type.name in view.hidden_types:
            member = where.partition(".")[2].partition("(")[0]
            _report(view, where, value.type.name, owner, member)


def _report(view: HiddenView, where: str, hidden: str, owner: str, member: str) -> None:
    message = f'"{where}" is visible, and its type "{hidden}" is @inaccessible'
    view.report("REFERENCED_INACCESSIBLE", message, where, owner, member)
