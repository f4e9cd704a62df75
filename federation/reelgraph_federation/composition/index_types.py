"""Gather what merging needs to look up: types by name, supertypes, where enums are used."""

from __future__ import annotations

from ..subgraph.schema import SubgraphSchema
from ..type_refs import named
from .state import MergeState


def index_types(state: MergeState) -> None:
    """Fill the look-ups of ``state`` from its subgraphs, in one pass over their fields."""
    enums: set[str] = set()
    for index, schema in enumerate(state.subgraphs):
        for name, type_def in schema.types.items():
            if name in state.by_type:
                state.by_type[name].append((index, type_def))
            else:
                state.by_type[name] = [(index, type_def)]
            if type_def.kind == "ENUM":
                enums.add(name)
            if type_def.interfaces:
                state.supertypes.setdefault(name, set()).update(type_def.interfaces)
            for member in type_def.members:
                state.supertypes.setdefault(member, set()).add(name)
    if enums:
        _note_enum_uses(state, enums)


def _note_enum_uses(state: MergeState, enums: set[str]) -> None:
    for schema in state.subgraphs:
        if schema.named_in is None:
            schema.named_in = _named_in(schema)
        inputs, outputs = schema.named_in
        state.input_enums |= enums & inputs
        state.output_enums |= enums & outputs


def _named_in(schema: SubgraphSchema) -> tuple[frozenset[str], frozenset[str]]:
    """Return the types that a subgraph names in input and in output positions."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    for type_def in schema.types.values():
        for field in type_def.fields.values():
            outputs.add(field.type)
            if field.args:
                inputs.update([argument.type for argument in field.args.values()])
        if type_def.inputs:
            inputs.update([value.type for value in type_def.inputs.values()])
    return frozenset(map(named, inputs)), frozenset(map(named, outputs))
