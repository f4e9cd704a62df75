"""What a visible interface promises is not hidden on its visible implementations."""

from __future__ import annotations

from ....supergraph.model import Field, InterfaceType, ObjectType
from .view import HiddenView


def check_hidden_implementations(view: HiddenView) -> None:
    """Report hidden fields and arguments that implement visible ones of a visible interface."""
    for type_def in view.visible_types():
        if not isinstance(type_def, ObjectType | InterfaceType):
            continue
        for name in type_def.interfaces:
            interface = view.types.get(name)
            if isinstance(interface, InterfaceType) and not interface.applied.inaccessible:
                for wanted in interface.fields.values():
                    own = type_def.fields.get(wanted.name)
                    if own is not None and not wanted.applied.inaccessible:
                        _check_field(view, type_def.name, own, name, wanted)


def _check_field(
    view: HiddenView, type_name: str, own: Field, interface: str, wanted: Field
) -> None:
    where = f"{type_name}.{own.name}"
    if own.applied.inaccessible:
        message = f'"{where}" is @inaccessible, and implements the visible "{interface}.{own.name}"'
        view.report("IMPLEMENTED_BY_INACCESSIBLE", message, where, type_name, own.name)
        return
    for argument in wanted.arguments.values():
        mine = own.arguments.get(argument.name)
        if mine is None or argument.applied.inaccessible or not mine.applied.inaccessible:
            continue
        coordinate = f"{where}({argument.name}:)"
        message = (
            f'"{coordinate}" is @inaccessible, and implements the visible '
            f'"{interface}.{own.name}({argument.name}:)"'
        )
        view.report("IMPLEMENTED_BY_INACCESSIBLE", message, coordinate, type_name, own.name)
