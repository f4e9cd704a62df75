"""A shared field that returns an interface or union can return the same objects everywhere.

A router may ask any of the subgraphs, so their possible object types must overlap; where they
differ, a hint asks for care. An interface object stands for whatever implementation an object has, so that a
subgraph that returns one agrees with any other.
"""

from __future__ import annotations

from ...supergraph.model import InterfaceType, NamedType, ObjectType, UnionType
from ...type_refs import named
from ..state import MergeState


def check_shared_runtime_types(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check each field of an object type that several subgraphs resolve."""
    abstract = {
        name for name, merged in types.items() if isinstance(merged, InterfaceType | UnionType)
    }
    if not abstract:
        return
    for name, sources in state.by_type.items():
        merged = types.get(name)
        if len(sources) < 2 or not isinstance(merged, ObjectType):
            continue
        for field in merged.fields.values():
            if field.type.name in abstract:
                _check(state, name, field.name, {j.subgraph for j in field.joins if not j.external})


def _check(state: MergeState, type_name: str, field_name: str, joined: set[str | None]) -> None:
    possible: dict[int, set[str]] = {}
    places: list[tuple[int, int]] = []
    for index, type_def in state.by_type[type_name]:
        schema = state.subgraphs[index]
        field = type_def.fields.get(field_name)
        if field is None or (joined and schema.name not in joined):
            continue
        if (type_name, field_name) in schema.external:
            continue
        name = named(field.type)
        if name in schema.interface_objects:
            continue
        possible[index] = set(schema.possible.get(name, (name,)))
        places.append((index, field.at))
    if len(possible) < 2 or len({frozenset(names) for names in possible.values()}) == 1:
        return
    coordinate = f"{type_name}.{field_name}"
    lists = "; ".join(
        f'{", ".join(sorted(names)) or "none"} in subgraph "{state.name(index)}"'
        for index, names in possible.items()
    )
    if set.intersection(*possible.values()):
        message = f'"{coordinate}" can return different object types: {lists}'
        code = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
    else:
        message = (
            f'"{coordinate}" can return no object type that all of its subgraphs know: {lists}'
        )
        code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
    state.report(code, message, coordinate, places)
