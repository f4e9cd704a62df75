"""A visible type has at least one visible field, member or value."""

from __future__ import annotations

from ....supergraph.model import (
    EnumType,
    InputObjectType,
    InterfaceType,
    NamedType,
    ObjectType,
    UnionType,
)
from .view import HiddenView


def check_children(view: HiddenView) -> None:
    """Report visible types whose children are all hidden."""
    for type_def in view.visible_types():
        visible = _visible_children(view, type_def)
        if visible is not None and not any(visible):
            message = f'"{type_def.name}" is visible, and everything in it is @inaccessible'
            view.report("ONLY_INACCESSIBLE_CHILDREN", message, type_def.name, type_def.name)


def _visible_children(view: HiddenView, type_def: NamedType) -> list[bool] | None:
    if isinstance(type_def, ObjectType | InterfaceType | InputObjectType):
        return [not field.applied.inaccessible for field in type_def.fields.values()]
    if isinstance(type_def, EnumType):
        return [not value.applied.inaccessible for value in type_def.values.values()]
    if isinstance(type_def, UnionType):
        return [member not in view.hidden_types for member in type_def.members]
    return None
