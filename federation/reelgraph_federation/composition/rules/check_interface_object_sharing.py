"""A field of an interface object is one of each implementation too, and shared if one defines it.

The subgraph with the interface object resolves the field for every implementation, so an
implementation's own definition of the field in another subgraph needs ``@shareable`` on both. That goes
for the interface object's key, too, which is shared by nature: where it is no key of the implementation.
"""

from __future__ import annotations

from ...subgraph.document import Field
from ...supergraph.model import InterfaceType, NamedType, ObjectType
from ..state import MergeState
from .check_sharing import is_shareable

Owner = tuple[int, str, Field]


def check_interface_object_sharing(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check the fields that interface objects add against those of the implementations."""
    for name, sources in state.by_type.items():
        if not isinstance(types.get(name), InterfaceType):
            continue
        objects = [(i, t) for i, t in sources if t.kind == "OBJECT"]
        added: dict[str, list[Owner]] = {}
        for index, type_def in objects:
            for field in type_def.fields.values():
                if (name, field.name) not in state.subgraphs[index].external:
                    added.setdefault(field.name, []).append((index, name, field))
        if not added:
            continue
        for field_name, owners in added.items():
            unshared = _unshared(state, owners)
            if len(owners) > 1 and unshared:
                _report(state, f"{name}.{field_name}", owners, unshared)
        for merged in types.values():
            if isinstance(merged, ObjectType) and name in merged.interfaces:
                _check_type(state, merged, added)


def _check_type(state: MergeState, merged: ObjectType, added: dict[str, list[Owner]]) -> None:
    for field_name, owners in added.items():
        if field_name not in merged.fields:
            continue  # It is external everywhere, which merging reported.
        own = [
            (index, merged.name, type_def.fields[field_name])
            for index, type_def in state.by_type[merged.name]
            if field_name in type_def.fields
        ]
        taken = {join.override for join in merged.fields[field_name].joins}
        resolving = [
            owner
            for owner in (*own, *owners)
            if (owner[1], field_name) not in state.subgraphs[owner[0]].external
            and state.name(owner[0]) not in taken
        ]
        unshared = _unshared(state, resolving)
        if own and len(resolving) > 1 and unshared:
            _report(state, f"{merged.name}.{field_name}", resolving, unshared)


def _unshared(state: MergeState, owners: list[Owner]) -> list[Owner]:
    return [o for o in owners if not is_shareable(state, o[0], (o[1], o[2].name))]


def _report(
    state: MergeState, coordinate: str, resolving: list[Owner], unshared: list[Owner]
) -> None:
    message = (
        f'"{coordinate}" is resolved by {state.subgraph_list(o[0] for o in resolving)}, in '
        f'part through @interfaceObject "{resolving[-1][1]}", and is not @shareable in '
        f"{state.subgraph_list(o[0] for o in unshared)}"
    )
    places = [(index, field.at) for index, _, field in unshared]
    state.report("INVALID_FIELD_SHARING", message, coordinate, places)
