"""A field of an interface object is one of each implementation too, and shared if one defines it.

The subgraph with the interface object resolves the field for every implementation, so an
implementation's own definition of the field in another subgraph needs ``@shareable`` on both, and so do
the interface objects of two interfaces that have an implementation in common, even in one subgraph. That goes
for the interface object's key, too, which is shared by nature: where it is no key of the implementation.
"""

from __future__ import annotations

from ...subgraph.document import Field, TypeDef
from ...supergraph.model import InterfaceType, NamedType, ObjectType
from ..state import MergeState
from .check_sharing import is_shareable

Owner = tuple[int, str, Field]


Added = dict[str, list[Owner]]
"""Field → where interface objects have it: subgraph, interface, field."""


def check_interface_object_sharing(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check the fields that interface objects add against those of the implementations."""
    added: dict[str, Added] = {}
    for name, sources in state.by_type.items():
        if not isinstance(types.get(name), InterfaceType):
            continue
        found = _added_by(state, name, [(i, t) for i, t in sources if t.kind == "OBJECT"])
        for field_name, owners in found.items():
            unshared = _unshared(state, owners)
            if len(owners) > 1 and unshared:
                _report(state, f"{name}.{field_name}", owners, unshared)
        if found:
            added[name] = found
    for merged in types.values() if added else ():
        if isinstance(merged, ObjectType) and not added.keys().isdisjoint(merged.interfaces):
            _check_type(state, merged, [added[each] for each in merged.interfaces if each in added])


def _added_by(state: MergeState, name: str, objects: list[tuple[int, TypeDef]]) -> Added:
    found: Added = {}
    for index, type_def in objects:
        for field in type_def.fields.values():
            if (name, field.name) not in state.subgraphs[index].external:
                found.setdefault(field.name, []).append((index, name, field))
    return found


def _check_type(state: MergeState, merged: ObjectType, added: list[Added]) -> None:
    """Check a type's fields that interface objects have: of one interface, or of several."""
    for field_name in dict.fromkeys(name for each in added for name in each):
        if field_name not in merged.fields:
            continue  # It is external everywhere, which merging reported.
        taken = {join.override for join in merged.fields[field_name].joins}
        own = [
            (index, merged.name, type_def.fields[field_name])
            for index, type_def in state.by_type[merged.name]
            if field_name in type_def.fields
            and (merged.name, field_name) not in state.subgraphs[index].external
            and state.name(index) not in taken
        ]
        having = [each[field_name] for each in added if field_name in each]
        if not own and len(having) == 1:
            continue  # One interface's objects share it or not, which was looked at above.
        resolving = [*own, *(owner for owners in having for owner in owners)]
        unshared = _unshared(state, resolving)
        if len(resolving) > 1 and unshared:
            _report(state, f"{merged.name}.{field_name}", resolving, unshared)


def _unshared(state: MergeState, owners: list[Owner]) -> list[Owner]:
    return [o for o in owners if not is_shareable(state, o[0], (o[1], o[2].name))]


def _report(
    state: MergeState, coordinate: str, resolving: list[Owner], unshared: list[Owner]
) -> None:
    through = dict.fromkeys(o[1] for o in resolving if f"{o[1]}.{o[2].name}" != coordinate)
    names = " and ".join(f'"{name}"' for name in through or (resolving[-1][1],))
    message = (
        f'"{coordinate}" is resolved by {state.subgraph_list(o[0] for o in resolving)}, in '
        f"part through @interfaceObject {names}, and is not @shareable in "
        f"{state.subgraph_list(o[0] for o in unshared)}"
    )
    places = [(index, field.at) for index, _, field in unshared]
    state.report("INVALID_FIELD_SHARING", message, coordinate, places)
