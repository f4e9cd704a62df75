"""Interfaces with keys and interface objects, over all subgraphs.

An interface object stands for an interface that another subgraph really has, and its own subgraph
knows none of the implementations. A subgraph that can resolve the interface by a key can name the
concrete type of every entity of it, so that it defines every implementation.
"""

from __future__ import annotations

from ...subgraph.document import TypeDef
from ...supergraph.model import InterfaceType, NamedType
from ..state import MergeState, TypeSources


def check_interface_entities(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check each interface that some subgraph has with a key or as an interface object."""
    implementations = _implementations(state)
    for name, merged in types.items():
        if not isinstance(merged, InterfaceType):
            continue
        sources = state.by_type[name]
        objects = [(i, t) for i, t in sources if t.kind == "OBJECT"]
        if objects:
            _check_objects(state, name, sources, objects, implementations.get(name, {}))
        _check_keys(state, name, sources, implementations.get(name, {}))


def _implementations(state: MergeState) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for schema in state.subgraphs:
        for interface, names in schema.possible.items():
            found.setdefault(interface, {}).update(dict.fromkeys(names))
    return found


def _check_objects(
    state: MergeState,
    name: str,
    sources: TypeSources,
    objects: list[tuple[int, TypeDef]],
    implementations: dict[str, None],
) -> None:
    if len(objects) == len(sources):
        message = (
            f'"{name}" is an @interfaceObject in every subgraph that has it, an interface in none'
        )
        places = [(i, t.at) for i, t in objects]
        state.report("INTERFACE_OBJECT_USAGE_ERROR", message, name, places)
    for index, type_def in objects:
        known = [other for other in implementations if other in state.subgraphs[index].types]
        if known:
            message = (
                f'subgraph "{state.name(index)}" has the interface "{name}" as @interfaceObject, '
                f'and defines its implementation "{known[0]}" too'
            )
            at = [(index, type_def.at), (index, state.subgraphs[index].types[known[0]].at)]
            state.report("INTERFACE_OBJECT_USAGE_ERROR", message, name, at)


def _check_keys(
    state: MergeState, name: str, sources: TypeSources, implementations: dict[str, None]
) -> None:
    for index, type_def in sources:
        schema = state.subgraphs[index]
        if type_def.kind != "INTERFACE" or not any(
            key.resolvable for key in schema.keys.get(name, ())
        ):
            continue
        missing = [other for other in implementations if other not in schema.possible[name]]
        if missing:
            message = (
                f'subgraph "{schema.name}" resolves the interface "{name}" by a @key, and does not '
                f"define its implementation {_list(missing)}"
            )
            code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
            state.report(code, message, name, [(index, type_def.at)])


def _list(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
