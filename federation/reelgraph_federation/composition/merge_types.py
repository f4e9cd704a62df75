"""Merge the types that subgraphs share by name, each kind by its own rule."""

from __future__ import annotations

from ..problems import Severity
from ..subgraph.document import TypeDef
from ..subgraph.facts import is_extension
from ..supergraph.model import (
    EnumType,
    InputObjectType,
    InterfaceType,
    NamedType,
    ObjectType,
    ScalarType,
    TypeJoin,
    UnionType,
)
from .context_arguments import context_name
from .describe import by_value
from .merge_applied import hint_kept_arguments, merge_applied
from .merge_descriptions import merge_description
from .merge_enums import merge_enum_values
from .merge_fields import merge_fields
from .merge_inputs import merge_input_fields
from .merge_memory import MergeMemory
from .state import MergeState, TypeSources, places

_WORDS = {
    "SCALAR": "scalar",
    "OBJECT": "object",
    "INTERFACE": "interface",
    "UNION": "union",
    "ENUM": "enum",
    "INPUT": "input object",
}


def merge_types(state: MergeState, memory: MergeMemory) -> dict[str, NamedType]:
    """Merge every type; those whose kinds disagree are reported and left out."""
    merged: dict[str, NamedType] = {}
    memory.forget_what_is_gone(state)
    for name, sources in state.by_type.items():
        known = memory.recall(state, name, sources)
        if known is not None:
            merged[name] = known
            continue
        before, state.asked = len(state.problems), {}
        kind = _kind_of(state, name, sources)
        if kind is not None:
            merged[name] = _merge_type(state, kind, name, sources, memory)
            memory.remember(state, name, merged[name], state.problems[before:], state.asked)
    return merged


def _kind_of(state: MergeState, name: str, sources: TypeSources) -> str | None:
    """Return the kind of a type; an interface object counts as the interface that it stands for."""
    kinds = {
        "INTERFACE" if t.kind == "OBJECT" and t.has("interfaceObject") else t.kind
        for _, t in sources
    }
    if len(kinds) == 1:
        return kinds.pop()
    kind_list = by_value(state, ((i, _WORDS[t.kind]) for i, t in sources))
    message = f'"{name}" is of different kinds: {kind_list}'
    state.report("TYPE_KIND_MISMATCH", message, name, places(sources))
    return None


def _merge_type(
    state: MergeState, kind: str, name: str, sources: TypeSources, memory: MergeMemory
) -> NamedType:
    description = merge_description(state, name, sources)
    applied, _ = merge_applied(state, name, sources)
    joins = _type_joins(state, sources)
    _check_base(state, name, sources)
    if kind in ("OBJECT", "INTERFACE"):
        made = ObjectType if kind == "OBJECT" else InterfaceType
        return made(
            name,
            merge_fields(state, name, sources, memory.fields_of(name, sources)),
            _merge_interfaces(state, sources),
            description,
            applied,
            joins,
            _contexts(state, sources),
        )
    if kind == "UNION":
        members = _merge_members(state, name, sources)
        return UnionType(name, members, description, applied, joins, _contexts(state, sources))
    if kind == "ENUM":
        return EnumType(name, merge_enum_values(state, name, sources), description, applied, joins)
    if kind == "INPUT":
        one_of = any(d.spec == "oneOf" for _, t in sources for d in t.directives)
        fields = merge_input_fields(state, name, sources)
        return InputObjectType(name, fields, description, applied, joins, one_of)
    return ScalarType(name, description, applied, joins, _merge_specified_by(state, name, sources))


def _type_joins(state: MergeState, sources: TypeSources) -> tuple[TypeJoin, ...]:
    joins: list[TypeJoin] = []
    for index, type_def in sources:
        schema = state.subgraphs[index]
        keys = schema.keys.get(type_def.name, ())
        interface_object = bool(type_def.directives) and type_def.has("interfaceObject")
        if not keys:
            joins.append(TypeJoin(schema.name, is_interface_object=interface_object))
        extension = bool(keys) and is_extension(type_def)
        for key in keys:
            joins.append(
                TypeJoin(schema.name, key.text, extension, key.resolvable, interface_object)
            )
    return tuple(joins)


def _check_base(state: MergeState, name: str, sources: TypeSources) -> None:
    """An extension needs a definition in some subgraph; root types are defined by being roots.

    ``@extends`` makes an extension of a definition in Federation 1 only, where it had that meaning.
    """
    if name in ("Query", "Mutation", "Subscription") or any(
        type_def.defined and (state.subgraphs[index].is_federation_2 or not type_def.has("extends"))
        for index, type_def in sources
    ):
        return
    message = (
        f'"{name}" is extended in {state.subgraph_list(i for i, _ in sources)}, defined in none'
    )
    state.report("EXTENSION_WITH_NO_BASE", message, name, places(sources))


def _merge_interfaces(state: MergeState, sources: TypeSources) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for index, type_def in sources:
        for interface in type_def.interfaces:
            found.setdefault(interface, []).append(state.name(index))
    return {interface: tuple(names) for interface, names in found.items()}


def _contexts(state: MergeState, sources: TypeSources) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, type_def in sources:
        for directive in type_def.directives:
            name = directive.text("name") if directive.spec == "context" else None
            if name is not None:
                found[context_name(state.name(index), name)] = None
    return tuple(found)


def _merge_members(
    state: MergeState, name: str, sources: TypeSources
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[int]] = {}
    for index, type_def in sources:
        for member in type_def.members:
            found.setdefault(member, []).append(index)
    for member, indexes in found.items():
        if len(indexes) < len(sources):
            message = (
                f'union "{name}" has the member "{member}" in {state.subgraph_list(indexes)} only'
            )
            at = [(i, t.members[member]) for i, t in sources if member in t.members]
            state.report("INCONSISTENT_UNION_MEMBER", message, name, at)
    return {m: tuple(state.name(i) for i in indexes) for m, indexes in found.items()}


def _merge_specified_by(state: MergeState, name: str, sources: TypeSources) -> str | None:
    applications = [(i, d) for i, t in sources for d in t.directives if d.spec == "specifiedBy"]
    urls = [d.text("url") for _, d in applications]
    texts = [url for url in urls if url is not None]
    if len(set(texts)) > 1:
        hint_kept_arguments(state, name, "specifiedBy", applications)
    return max(texts, key=texts.count) if texts else None


def hint_at_missing_fields(state: MergeState, merged: dict[str, NamedType]) -> None:
    """Tell of fields that only some subgraphs of a value type have, and of half-keyed entities."""
    for name, sources in state.by_type.items():
        type_def = merged.get(name)
        if len(sources) < 2 or not isinstance(type_def, ObjectType | InterfaceType):
            continue
        if name in ("Query", "Mutation", "Subscription"):
            continue
        keyed = [i for i, _ in sources if name in state.subgraphs[i].keys]
        if keyed and len(keyed) < len(sources) and isinstance(type_def, ObjectType):
            _hint_at_half_entity(state, name, sources, keyed)
        if not keyed:
            _hint_at_value_fields(state, name, type_def, sources)


def _hint_at_half_entity(
    state: MergeState, name: str, sources: TypeSources, keyed: list[int]
) -> None:
    message = f'"{name}" has a @key in {state.subgraph_list(keyed)} only'
    without = [(i, t) for i, t in sources if i not in keyed]
    state.report("INCONSISTENT_ENTITY", message, name, places(without))


def _resolves(state: MergeState, index: int, type_def: TypeDef) -> bool:
    """Tell whether a subgraph resolves anything of a type, of which it may have copies only."""
    external = state.subgraphs[index].external
    return any((type_def.name, field) not in external for field in type_def.fields)


def _hint_at_value_fields(
    state: MergeState, name: str, type_def: ObjectType | InterfaceType, sources: TypeSources
) -> None:
    kind = "OBJECT" if isinstance(type_def, ObjectType) else "INTERFACE"
    for field in type_def.fields:
        lacking = [i for i, t in sources if field not in t.fields and _resolves(state, i, t)]
        if lacking:
            message = f'"{name}.{field}" is not defined in {state.subgraph_list(lacking)}'
            having = [(i, t.fields[field].at) for i, t in sources if field in t.fields]
            state.report(
                f"INCONSISTENT_{kind}_VALUE_TYPE_FIELD",
                message,
                f"{name}.{field}",
                having,
                severity=Severity.DEBUG,
            )
