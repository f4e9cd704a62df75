"""``@override`` names a subgraph that has the field, or had it: not one that has it for an interface.

The fields of an ``@interfaceObject`` are resolved for all implementations together, so that one
implementation cannot take its part over.
"""

from __future__ import annotations

from ...subgraph.document import Directive
from ...supergraph.model import NamedType, ObjectType
from ..state import MergeState


def check_override_sources(state: MergeState, types: dict[str, NamedType]) -> None:
    """Check each @override whose source does not resolve the field as a field of that type."""
    indexes = {schema.name: index for index, schema in enumerate(state.subgraphs)}
    for index, schema in enumerate(state.subgraphs):
        for type_name, field_name, directive in schema.overriding:
            source = directive.text("from")
            other = indexes.get(source) if isinstance(source, str) else None
            if other is None or other == index or type_name in schema.interface_objects:
                continue  # Merging reported it.
            key = (type_name, field_name)
            if not _has(state, other, key) or key in state.subgraphs[other].external:
                _check(state, types.get(type_name), index, other, key, directive)


def _has(state: MergeState, index: int, key: tuple[str, str]) -> bool:
    type_def = state.subgraphs[index].types.get(key[0])
    return type_def is not None and key[1] in type_def.fields


def _check(
    state: MergeState,
    merged: NamedType | None,
    index: int,
    other: int,
    key: tuple[str, str],
    directive: Directive,
) -> None:
    coordinate, source = ".".join(key), state.name(other)
    abstract = _interface_object_with(state, merged, other, key)
    place = (index, directive.at)
    if abstract is not None:
        message = (
            f'"{coordinate}" of subgraph "{state.name(index)}" overrides subgraph "{source}", which '
            f'has the field for all implementations of "{abstract}", as @interfaceObject'
        )
        at = state.subgraphs[other].types[abstract].fields[key[1]].at
        code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
        state.report(code, message, coordinate, [place, (other, at)])
        return
    message = (
        f'"{coordinate}" is no longer resolved by subgraph "{source}": '
        f'@override in subgraph "{state.name(index)}" has done its work'
    )
    state.report("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, coordinate, [place])


def _interface_object_with(
    state: MergeState, merged: NamedType | None, index: int, key: tuple[str, str]
) -> str | None:
    """Return an interface of the type that the subgraph has as interface object with the field."""
    schema = state.subgraphs[index]
    if not isinstance(merged, ObjectType) or _has(state, index, key):
        return None
    for name in merged.interfaces:
        if name in schema.interface_objects and key[1] in schema.types[name].fields:
            return name
    return None
