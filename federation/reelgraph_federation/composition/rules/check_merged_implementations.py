"""After merging, the fields of an implementation still fit those of its interfaces.

Merging makes output types more general, drops arguments, and adds up what implements what, so what was
valid in each subgraph may not be valid together.
"""

from __future__ import annotations

from ...supergraph.model import Field, InterfaceType, NamedType, ObjectType
from ..merge_type_refs import is_subtype_ref
from ..state import MergeState


def check_merged_implementations(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check types and arguments of each merged field against the interfaces of its type."""
    for type_def in types.values():
        if not isinstance(type_def, ObjectType | InterfaceType):
            continue
        for name in type_def.interfaces:
            interface = types.get(name)
            if not isinstance(interface, InterfaceType):
                continue
            _check_inherited(state, type_def, interface)
            for wanted in interface.fields.values():
                field = type_def.fields.get(wanted.name)
                if field is not None:
                    _check_type(state, type_def.name, field, name, wanted)
                    _check_arguments(state, type_def.name, field, name, wanted)


def _check_inherited(
    state: MergeState, type_def: ObjectType | InterfaceType, interface: InterfaceType
) -> None:
    """What an interface implements in one subgraph, its implementations of others implement too."""
    for name in interface.interfaces:
        if name in type_def.interfaces and name != type_def.name:
            continue
        if name == type_def.name:
            message = f'"{name}" and "{interface.name}" implement each other after merging'
        else:
            message = (
                f'"{type_def.name}" implements "{interface.name}", which implements "{name}" in '
                f"{_implementing(state, interface.name, name)}, so that it must implement "
                f'"{name}" too'
            )
        where = [
            (index, each.at)
            for index, each in state.by_type[type_def.name]
            if interface.name in each.interfaces
        ]
        state.report("INVALID_GRAPHQL", message, type_def.name, where)


def _implementing(state: MergeState, name: str, interface: str) -> str:
    found = [index for index, each in state.by_type[name] if interface in each.interfaces]
    return state.subgraph_list(found)


def _check_type(
    state: MergeState, type_name: str, field: Field, interface: str, wanted: Field
) -> None:
    if is_subtype_ref(state, field.type.text, wanted.type.text):
        return
    message = (
        f'"{type_name}.{field.name}" has the merged type "{field.type}", which does not fit '
        f'"{interface}.{field.name}: {wanted.type}" of the interface that it implements'
    )
    _report(state, type_name, field, message)


def _check_arguments(
    state: MergeState, type_name: str, field: Field, interface: str, wanted: Field
) -> None:
    for argument in wanted.arguments.values():
        own = field.arguments.get(argument.name)
        if own is None or own.type is not argument.type:
            has = "has no such argument" if own is None else f'has "{own.type}"'
            message = (
                f'"{interface}.{wanted.name}({argument.name}:)" has the merged type '
                f'"{argument.type}", and "{type_name}.{field.name}" {has}'
            )
            _report(state, type_name, field, message)
    for argument in field.arguments.values():
        required = not argument.type.nullable and argument.default is None
        if required and argument.name not in wanted.arguments:
            message = (
                f'"{type_name}.{field.name}({argument.name}:)" is required, and '
                f'"{interface}.{wanted.name}" does not have it'
            )
            _report(state, type_name, field, message)


def _report(state: MergeState, type_name: str, field: Field, message: str) -> None:
    places = [
        (index, type_def.fields[field.name].at)
        for index, type_def in state.by_type[type_name]
        if field.name in type_def.fields
    ]
    state.report("INVALID_GRAPHQL", message, f"{type_name}.{field.name}", places)
