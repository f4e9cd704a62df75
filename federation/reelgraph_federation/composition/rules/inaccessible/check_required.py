"""What clients must give is visible to them."""

from __future__ import annotations

from ....supergraph.model import InputObjectType, InputValue, InterfaceType
from .view import HiddenView


def check_required(view: HiddenView) -> None:
    """Report hidden arguments and input fields without which a request would be refused."""
    for type_def, field in view.visible_fields():
        for argument in field.arguments.values():
            if _is_hidden_and_required(argument):
                where = f"{type_def.name}.{field.name}({argument.name}:)"
                _report(view, where, type_def.name, field.name)
            elif not argument.applied.inaccessible and _is_required(argument):
                _check_against_interfaces(view, type_def.name, field.name, argument.name)
    for other in view.visible_types():
        if isinstance(other, InputObjectType):
            for value in other.fields.values():
                if _is_hidden_and_required(value):
                    _report(view, f"{other.name}.{value.name}", other.name, value.name)


def _is_required(value: InputValue) -> bool:
    return not value.type.nullable and value.default is None


def _is_hidden_and_required(value: InputValue) -> bool:
    return value.applied.inaccessible and _is_required(value)


def _report(view: HiddenView, where: str, owner: str, member: str) -> None:
    message = f'"{where}" is @inaccessible, and clients would have to give it'
    view.report("REQUIRED_INACCESSIBLE", message, where, owner, member)


def _check_against_interfaces(
    view: HiddenView, type_name: str, field_name: str, argument_name: str
) -> None:
    """A required argument may not be hidden on the interface that it comes from."""
    type_def = view.types[type_name]
    for name in getattr(type_def, "interfaces", ()):
        interface = view.types.get(name)
        if not isinstance(interface, InterfaceType) or interface.applied.inaccessible:
            continue
        wanted = interface.fields.get(field_name)
        argument = wanted.arguments.get(argument_name) if wanted else None
        if argument is not None and argument.applied.inaccessible:
            where = f"{name}.{field_name}({argument_name}:)"
            message = f'"{where}" is @inaccessible, and "{type_name}.{field_name}" requires it'
            view.report("REQUIRED_INACCESSIBLE", message, where, name, field_name)
