"""Fields of interface objects reach every implementation of the interface.

A subgraph that has an interface as ``@interfaceObject`` adds fields to all implementations without
knowing them. The merged implementations get those fields with a join that names no subgraph.
"""

from __future__ import annotations

from dataclasses import replace
from operator import is_

from ..supergraph.model import Field, FieldJoin, InterfaceType, NamedType, ObjectType
from .state import MergeState

KeptSpread = dict[tuple[str, str], tuple[ObjectType, list[Field], ObjectType]]
"""Implementation and interface → the type before, the fields it lacked, the type with them."""


def spread_interface_objects(
    state: MergeState, types: dict[str, NamedType], kept: KeptSpread
) -> None:
    """Copy the fields that interface objects add to the implementations that lack them."""
    for name, sources in state.by_type.items():
        interface = types.get(name)
        if not isinstance(interface, InterfaceType):
            continue
        added = {
            field: None
            for _, type_def in sources
            if type_def.kind == "OBJECT"
            for field in type_def.fields
        }
        if added:
            _spread(types, interface, list(added), kept)


def _spread(
    types: dict[str, NamedType], interface: InterfaceType, added: list[str], kept: KeptSpread
) -> None:
    for merged in list(types.values()):
        if not isinstance(merged, ObjectType) or interface.name not in merged.interfaces:
            continue
        lacking = [
            field
            for field in map(interface.fields.get, added)
            if field is not None and field.name not in merged.fields
        ]
        if lacking:
            types[merged.name] = _longer(merged, interface.name, lacking, kept)


def _longer(
    merged: ObjectType, interface: str, lacking: list[Field], kept: KeptSpread
) -> ObjectType:
    """Return the type with further fields: a new type, since a Composer may hold the merged one."""
    known = kept.get((merged.name, interface))
    if known is not None and known[0] is merged and _same(known[1], lacking):
        return known[2]
    fields = {field.name: replace(field, joins=(FieldJoin(None),)) for field in lacking}
    longer = replace(merged, fields={**merged.fields, **fields})
    kept[merged.name, interface] = (merged, lacking, longer)
    return longer


def _same(one: list[Field], other: list[Field]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))
