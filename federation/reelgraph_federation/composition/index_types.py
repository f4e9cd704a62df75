"""Gather what merging needs to look up: types by name, supertypes, where enums are used."""

from __future__ import annotations

from ..type_refs import named
from .state import MergeState


def index_types(state: MergeState) -> None:
    """Fill the look-ups of ``state`` from its subgraphs, in one pass over their fields."""
    enums: set[str] = set()
    for index, schema in enumerate(state.subgraphs):
        for name, type_def in schema.types.items():
            state.by_type.setdefault(name, []).append((index, type_def))
            if type_def.kind == "ENUM":
                enums.add(name)
            for interface in type_def.interfaces:
                state.supertypes.setdefault(name, set()).add(interface)
            for member in type_def.members:
                state.supertypes.setdefault(member, set()).add(name)
    if enums:
        _note_enum_uses(state, enums)


def _note_enum_uses(state: MergeState, enums: set[str]) -> None:
    for schema in state.subgraphs:
        for type_def in schema.types.values():
            for field in type_def.fields.values():
                name = named(field.type)
                if name in enums:
                    state.output_enums.add(name)
                for argument in field.args.values():
                    name = named(argument.type)
                    if name in enums:
                        state.input_enums.add(name)
            for value in type_def.inputs.values():
                name = named(value.type)
                if name in enums:
                    state.input_enums.add(name)
