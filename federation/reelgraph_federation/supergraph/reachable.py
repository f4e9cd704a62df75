"""Which types operations can reach: from the roots through what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .model import InputObjectType, InterfaceType, NamedType, ObjectType, UnionType


def reachable_types(types: dict[str, NamedType], roots: Iterable[str]) -> set[str]:
    """Return the names of the types that shown elements lead to, directly or over others."""
    implementations: dict[str, list[str]] = {}
    for type_def in types.values():
        if isinstance(type_def, ObjectType | InterfaceType):
            for interface in type_def.interfaces:
                implementations.setdefault(interface, []).append(type_def.name)
    found: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        reached = types.get(name)
        if name in found or reached is None or reached.marks.inaccessible:
            continue
        found.add(name)
        todo.extend(_next(reached))
        todo.extend(implementations.get(name, ()))
    return found


def _next(type_def: NamedType) -> Iterator[str]:
    if isinstance(type_def, ObjectType | InterfaceType):
        yield from type_def.interfaces
        for field in type_def.fields.values():
            if not field.marks.inaccessible:
                yield field.type.name
                for argument in field.arguments.values():
                    if not argument.marks.inaccessible:
                        yield argument.type.name
    elif isinstance(type_def, UnionType):
        yield from type_def.members
    elif isinstance(type_def, InputObjectType):
        for value in type_def.fields.values():
            if not value.marks.inaccessible:
                yield value.type.name
