"""Fields of interface objects reach every implementation of the interface.

A subgraph that has an interface as ``@interfaceObject`` adds fields to all implementations without
knowing them. The merged implementations get those fields with a join that names no subgraph.
"""

from __future__ import annotations

from dataclasses import replace

from ..supergraph.model import FieldJoin, InterfaceType, NamedType, ObjectType
from .state import MergeState


def spread_interface_objects(state: MergeState, types: dict[str, NamedType]) -> None:
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
            _spread(types, interface, list(added))


def _spread(types: dict[str, NamedType], interface: InterfaceType, added: list[str]) -> None:
    for merged in list(types.values()):
        if not isinstance(merged, ObjectType) or interface.name not in merged.interfaces:
            continue
        lacking = [
            field
            for field in map(interface.fields.get, added)
            if field is not None and field.name not in merged.fields
        ]
        if lacking:
            # A new type, not a longer one: a Composer may still hold the merged type.
            fields = {field.name: replace(field, joins=(FieldJoin(None),)) for field in lacking}
            types[merged.name] = replace(merged, fields={**merged.fields, **fields})
