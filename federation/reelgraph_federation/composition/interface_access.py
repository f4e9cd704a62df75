"""What implementations ask of their readers is also asked where they are read through their interface.

Subgraphs may not protect interfaces: the supergraph's interfaces, and their fields, ask for what the object types
that implement them ask for, all together. So every router that runs the supergraph keeps out whom an
implementation keeps out, also one that judges interfaces by themselves.
"""

from __future__ import annotations

from dataclasses import replace
from operator import is_

from ..supergraph.access import field_access_of, join_access, type_access_of
from ..supergraph.distinct_applied import KeptApplied, distinct_applied
from ..supergraph.model import (
    Access,
    AppliedDirectives,
    Field,
    InterfaceType,
    NamedType,
    ObjectType,
)

KeptGuards = dict[str, tuple[InterfaceType, list[ObjectType], InterfaceType]]
"""Interface → the type before, its implementations, the type with what they ask for."""


def guard_interfaces(types: dict[str, NamedType], applied: KeptApplied, kept: KeptGuards) -> None:
    """Let interfaces ask for what their implementations ask for."""
    protected: set[str] = set()
    for name, one in types.items():
        if isinstance(one, ObjectType) and one.interfaces:
            found = applied.get(name, one, distinct_applied)
            if any(each.access is not None for each in found):
                protected.update(one.interfaces)
    if not protected:
        kept.clear()
        return
    implementations = _implementations(types, protected)
    for name in implementations:
        interface = types[name]
        if isinstance(interface, InterfaceType):
            types[name] = _guarded(interface, implementations[name], kept)
    for name in kept.keys() - implementations.keys():
        del kept[name]


def _implementations(
    types: dict[str, NamedType], interfaces: set[str]
) -> dict[str, list[ObjectType]]:
    found: dict[str, list[ObjectType]] = {}
    for one in types.values():
        if isinstance(one, ObjectType):
            for name in one.interfaces:
                if name in interfaces and name in types:
                    found.setdefault(name, []).append(one)
    return found


def _guarded(
    interface: InterfaceType, implementations: list[ObjectType], kept: KeptGuards
) -> InterfaceType:
    """Return the interface with what its implementations ask for; the same as long as they are."""
    known = kept.get(interface.name)
    if known is not None and known[0] is interface and _same(known[1], implementations):
        return known[2]
    fields = {
        name: _field(field, field_access_of(implementations, name))
        for name, field in interface.fields.items()
    }
    applied = _applied(interface.applied, type_access_of(implementations))
    guarded = replace(interface, applied=applied, fields=fields)
    kept[interface.name] = (interface, implementations, guarded)
    return guarded


def _same(one: list[ObjectType], other: list[ObjectType]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _field(field: Field, asked: Access | None) -> Field:
    return field if asked is None else replace(field, applied=_applied(field.applied, asked))


def _applied(applied: AppliedDirectives, asked: Access | None) -> AppliedDirectives:
    if asked is None:
        return applied
    return replace(applied, access=join_access(applied.access, asked))
