"""Which types operations can reach: from the roots through what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .model import InputObjectType, InterfaceType, NamedType, ObjectType, UnionType


def reachable_types(types: Mapping[str, NamedType], roots: Iterable[str]) -> set[str]:
    """Return the names of the types that shown elements lead to, directly or over others.

    An interface that a field returns brings its implementations. One that is only implemented by a
    reachable type brings what its own fields name, and no other implementation: no object of those
    can be met.
    """
    implementations = _implementations(types)
    found: set[str] = set()
    returned: set[str] = set()
    todo = [(name, True) for name in roots]
    while todo:
        name, is_returned = todo.pop()
        reached = types.get(name)
        if reached is None or reached.applied.inaccessible:
            continue
        if name not in found:
            found.add(name)
            todo.extend(_named_by(reached))
        if is_returned and name not in returned:
            returned.add(name)
            todo.extend((one, True) for one in _objects_of(reached, implementations))
    return found


def _implementations(types: Mapping[str, NamedType]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in types.values():
        if isinstance(one, ObjectType):
            for interface in one.interfaces:
                found.setdefault(interface, []).append(one.name)
    return found


def _objects_of(one: NamedType, implementations: Mapping[str, list[str]]) -> Iterable[str]:
    """Return the object types that a value of an abstract type may be."""
    if isinstance(one, InterfaceType):
        return implementations.get(one.name, ())
    return one.members if isinstance(one, UnionType) else ()


def _named_by(one: NamedType) -> Iterator[tuple[str, bool]]:
    """Yield each type that a type names, and whether values of it may be met by way of it."""
    if isinstance(one, ObjectType | InterfaceType):
        is_object = isinstance(one, ObjectType)
        yield from ((name, False) for name in one.interfaces)
        for field in one.fields.values():
            if not field.applied.inaccessible:
                yield field.type.name, is_object
                for argument in field.arguments.values():
                    if not argument.applied.inaccessible:
                        yield argument.type.name, True
    elif isinstance(one, UnionType):
        yield from ((name, False) for name in one.members)
    elif isinstance(one, InputObjectType):
        for value in one.fields.values():
            if not value.applied.inaccessible:
                yield value.type.name, True
