"""What a Federation 1 supergraph leaves to be understood, written out as Federation 2 would.

https://specs.apollo.dev/join/v0.1: every entity has an owner (`@join__owner`), which resolves all
fields that say nothing else. A type without an owner is a value type: whichever subgraph can return
it resolves all its fields. So the subgraphs that have a value type are those that reach it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from reelgraph_federation.supergraph.model import (
    Field,
    FieldJoin,
    InputObjectType,
    InterfaceType,
    MergedSchema,
    NamedType,
    ObjectType,
    TypeJoin,
    UnionType,
)
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems


def join_by_ownership(
    supergraph: MergedSchema, owners: Mapping[str, str], problems: ReadingProblems
) -> None:
    """Give each type and field of a join v0.1 supergraph the joins that its owners imply.

    `owners` has the owning subgraph of each entity. Changes the types in place; they are not shared yet.
    """
    writer = _Writer(supergraph, owners, problems)
    writer.join_roots()
    writer.join_entities()
    writer.join_field_sets()
    writer.join_value_types()
    writer.join_interfaces()


class _Writer:
    def __init__(
        self, supergraph: MergedSchema, owners: Mapping[str, str], problems: ReadingProblems
    ) -> None:
        self._supergraph = supergraph
        self._types = supergraph.types
        self._owners = owners
        self._problems = problems
        self._roots = set(supergraph.root_types().values())

    def join_roots(self) -> None:
        """Every subgraph has the root types; every root field says which subgraph resolves it."""
        for name in self._roots:
            root = self._types[name]
            assert isinstance(root, ObjectType)
            for field in root.fields.values():
                if not any(join.subgraph for join in field.joins):
                    coordinate = f"{name}.{field.name}"
                    message = f'the root field "{coordinate}" names no graph that resolves it'
                    self._problems.add(INVALID, message, coordinate=coordinate)
            used = {join.subgraph for field in root.fields.values() for join in field.joins}
            root.joins = tuple(TypeJoin(one) for one in self._supergraph.subgraphs if one in used)

    def join_entities(self) -> None:
        """Fields of an entity that name no subgraph are resolved by the owner."""
        for one in self._entities():
            owner = self._owners[one.name]
            if not any(join.subgraph == owner for join in one.joins):
                message = f'"{one.name}" has no @join__type of the graph that owns it'
                self._problems.add(INVALID, message, coordinate=one.name)
            for field in one.fields.values():
                joins = field.joins or (FieldJoin(None),)
                field.joins = tuple(
                    replace(join, subgraph=join.subgraph or owner) for join in joins
                )

    def join_field_sets(self) -> None:
        """Subgraphs that extend an entity know its key there, what they require and provide.

        `@join__type`: the graph "MUST be able to resolve selections … that contain the field set in
        key"; required fields are external there, provided ones too, save on the providing path.
        """
        for one in list(self._entities()):
            for join in one.joins:
                if join.key is not None:
                    self._know(join.subgraph, one.name, parse_field_set(join.key), external=False)
        for name, field, found in list(self._field_joins()):
            assert found.subgraph is not None
            if found.requires is not None:
                self._know(found.subgraph, name, parse_field_set(found.requires), external=True)
            if found.provides is not None:
                below = field.type.name
                self._know(found.subgraph, below, parse_field_set(found.provides), external=True)

    def _field_joins(self) -> Iterator[tuple[str, Field, FieldJoin]]:
        for name, one in self._types.items():
            if isinstance(one, ObjectType) and (name in self._owners or name in self._roots):
                for field in one.fields.values():
                    for join in field.joins:
                        if join.subgraph is not None:
                            yield name, field, join

    def _know(self, subgraph: str, name: str, fields: FieldSet, *, external: bool) -> None:
        """Let a subgraph know the fields that a field set selects of a type."""
        one = self._types.get(name)
        for selection in fields:
            if not selection.name:
                self._know(subgraph, selection.on or name, selection.children, external=external)
                continue
            if not isinstance(one, ObjectType | InterfaceType) or selection.name == "__typename":
                continue
            field = one.fields[selection.name]
            if name in self._owners and not _is_joined(subgraph, field.joins):
                field.joins += (FieldJoin(subgraph, external=external),)
            if selection.children:
                self._know(subgraph, field.type.name, selection.children, external=external)

    def join_value_types(self) -> None:
        """A subgraph has the types that its fields reach; of value types it has all fields."""
        for subgraph in self._supergraph.subgraphs:
            for name in self._reached(subgraph):
                one = self._types[name]
                if name not in self._roots and not any(j.subgraph == subgraph for j in one.joins):
                    one.joins += (TypeJoin(subgraph),)
        for one in self._types.values():
            # Federation 1 gives keys on interfaces no meaning.
            if isinstance(one, InterfaceType):
                one.joins = tuple(dict.fromkeys(TypeJoin(j.subgraph) for j in one.joins))

    def _reached(self, subgraph: str) -> list[str]:
        """Return the types that a subgraph must have, in the order of the document."""
        found: set[str] = set()
        todo = [
            name
            for name, one in self._types.items()
            if name in self._roots or any(join.subgraph == subgraph for join in one.joins)
        ]
        while todo:
            name = todo.pop()
            one = self._types.get(name)
            if one is not None and name not in found:
                found.add(name)
                todo.extend(self._next(subgraph, one))
        return [name for name in self._types if name in found]

    def _next(self, subgraph: str, one: NamedType) -> Iterator[str]:
        if isinstance(one, UnionType):
            yield from one.members
        elif isinstance(one, InputObjectType):
            yield from (value.type.name for value in one.fields.values())
        elif isinstance(one, ObjectType | InterfaceType):
            if isinstance(one, InterfaceType):
                yield from self._value_implementations(one.name)
            elif one.name not in self._owners and one.name not in self._roots:
                yield from one.interfaces
            for field in one.fields.values():
                if not field.joins or any(join.subgraph == subgraph for join in field.joins):
                    yield field.type.name
                    yield from (argument.type.name for argument in field.arguments.values())

    def _value_implementations(self, interface: str) -> Iterator[str]:
        for name, one in self._types.items():
            if not isinstance(one, ObjectType) or name in self._owners:
                continue
            if interface in one.interfaces:
                yield name

    def join_interfaces(self) -> None:
        """An entity implements an interface in every subgraph that has both.

        Which fields an extended interface has in which subgraph, nobody wrote down: one can be asked
        where each of the implementations resolves it.
        """
        for one in self._entities():
            for name in one.interfaces:
                interface = self._types[name]
                known = {join.subgraph for join in one.joins}
                both = [join.subgraph for join in interface.joins if join.subgraph in known]
                one.interfaces[name] = tuple(both) or (self._owners[one.name],)

    def _entities(self) -> Iterator[ObjectType]:
        for one in self._types.values():
            if isinstance(one, ObjectType) and one.name in self._owners:
                yield one


def _is_joined(subgraph: str, joins: Iterable[FieldJoin]) -> bool:
    return any(join.subgraph == subgraph for join in joins)
