"""Fields of interface objects reach every implementation of the interface.

A subgraph that has an interface as ``@interfaceObject`` adds fields to all implementations without
knowing them. The merged implementations get those fields with a join that names no subgraph, or, where
an implementation has an external copy for its @requires, with the join of that copy.
"""

from __future__ import annotations

from dataclasses import replace
from operator import is_

from ..supergraph.access import join_access
from ..supergraph.model import Field, FieldJoin, InterfaceType, NamedType, ObjectType
from .merge_fields import FieldSources, field_joins
from .rules.check_externals import check_externals
from .state import MergeState, TypeSources, places

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
            _spread(state, types, interface, list(added), kept)
    _report_missing(state, types)


def _report_missing(state: MergeState, types: dict[str, NamedType]) -> None:
    """Report fields that are external everywhere: neither a subgraph nor an interface object has them."""
    external = {key for schema in state.subgraphs for key in schema.external}
    names = {name for name, _ in external}
    for name, sources in state.by_type.items() if external else ():
        merged = types.get(name)
        if name not in names or not isinstance(merged, ObjectType | InterfaceType):
            continue
        fields = dict.fromkeys(field for _, type_def in sources for field in type_def.fields)
        for field in fields:
            if (name, field) in external and field not in merged.fields:
                _report(state, name, field, sources)


def _report(state: MergeState, name: str, field: str, sources: TypeSources) -> None:
    found = [(i, t.fields[field]) for i, t in sources if field in t.fields]
    message = (
        f'"{name}.{field}" is @external in {state.subgraph_list(i for i, _ in found)}, '
        "and no subgraph really defines it"
    )
    state.report("EXTERNAL_MISSING_ON_BASE", message, f"{name}.{field}", places(found))


def _spread(
    state: MergeState,
    types: dict[str, NamedType],
    interface: InterfaceType,
    added: list[str],
    kept: KeptSpread,
) -> None:
    for merged in list(types.values()):
        if not isinstance(merged, ObjectType) or interface.name not in merged.interfaces:
            continue
        found = [field for field in map(interface.fields.get, added) if field is not None]
        merged = _guarded(types, merged, found)
        lacking = [field for field in found if field.name not in merged.fields]
        if not lacking:
            continue
        copies = {field.name: _copies(state, merged.name, field.name) for field in lacking}
        for field in lacking:
            if copies[field.name]:
                where = f"{merged.name}.{field.name}"
                check_externals(state, where, field, copies[field.name], [])
        types[merged.name] = _longer(state, merged, interface.name, lacking, copies, kept)


def _guarded(types: dict[str, NamedType], merged: ObjectType, added: list[Field]) -> ObjectType:
    """Let what an implementation shares with an interface object ask for what it asks there, too."""
    fields: dict[str, Field] = {}
    for field in added:
        own = merged.fields.get(field.name)
        if own is not None and field.applied.access is not None:
            access = join_access(own.applied.access, field.applied.access)
            fields[field.name] = replace(own, applied=replace(own.applied, access=access))
    if not fields:
        return merged
    guarded = replace(merged, fields={**merged.fields, **fields})
    types[merged.name] = guarded
    return guarded


def _copies(state: MergeState, type_name: str, field: str) -> FieldSources:
    """Return the definitions of a field that merging left out: external ones."""
    return [(i, t.fields[field]) for i, t in state.by_type[type_name] if field in t.fields]


def _longer(
    state: MergeState,
    merged: ObjectType,
    interface: str,
    lacking: list[Field],
    copies: dict[str, FieldSources],
    kept: KeptSpread,
) -> ObjectType:
    """Return the type with further fields: a new type, since a Composer may hold the merged one."""
    known = kept.get((merged.name, interface))
    if known is not None and known[0] is merged and _same(known[1], lacking):
        return known[2]
    fields = dict(merged.fields)
    for field in lacking:
        key, found = (merged.name, field.name), copies[field.name]
        joins = field_joins(state, key, field.type.text, found, None) or (FieldJoin(None),)
        fields[field.name] = replace(field, joins=joins)
    longer = replace(merged, fields=fields)
    kept[merged.name, interface] = (merged, lacking, longer)
    return longer


def _same(one: list[Field], other: list[Field]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))
