"""Which types there are, where, and which objects may stand for an interface or union."""

from __future__ import annotations

from functools import cached_property

from reelgraph_federation.field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from reelgraph_federation.supergraph.model import (
    CompositeType,
    InterfaceType,
    MergedSchema,
    ObjectType,
    UnionType,
)


class TypeIndex:
    """Lookups over the types of a supergraph, remembered."""

    def __init__(self, supergraph: MergedSchema) -> None:
        self._types = supergraph.types
        self._order = {name: index for index, name in enumerate(supergraph.types)}
        self._subgraphs: dict[str, tuple[str, ...]] = {}
        self._possible: dict[str, tuple[str, ...]] = {}
        self._possible_in: dict[tuple[str, str], tuple[str, ...]] = {}
        self._sets: dict[str, frozenset[str]] = {}
        self._hidden: dict[str, frozenset[str]] = {}
        self._meanings: dict[tuple[tuple[str, ...], str], str | None] = {}
        self._abstract_in: dict[tuple[str, str], tuple[str, ...]] = {}
        self._surely_in: dict[tuple[str, str], frozenset[str]] = {}
        self._contexts: dict[str, frozenset[str]] = {}

    def is_composite(self, name: str) -> bool:
        """Tell whether a type has selections below it."""
        return isinstance(self._types.get(name), (ObjectType, InterfaceType, UnionType))

    def is_abstract(self, name: str) -> bool:
        """Tell whether a type is an interface or a union in the supergraph."""
        return isinstance(self._types.get(name), (InterfaceType, UnionType))

    def composite(self, name: str) -> CompositeType:
        """Return a composite type by name."""
        found = self._types[name]
        assert isinstance(found, (ObjectType, InterfaceType, UnionType))
        return found

    def has_field(self, name: str, field_name: str) -> bool:
        """Tell whether a field can be selected on a composite type itself."""
        return field_name == "__typename" or field_name in getattr(self._types[name], "fields", {})

    def subgraphs_of(self, name: str) -> tuple[str, ...]:
        """Return the subgraphs that define a type, in the order of its joins."""
        found = self._subgraphs.get(name)
        if found is None:
            one = self._types.get(name)
            joins = one.joins if one is not None else ()
            found = self._subgraphs[name] = tuple(dict.fromkeys(join.subgraph for join in joins))
        return found

    def interfaces_of(self, name: str) -> tuple[str, ...]:
        """Return the interfaces that a type implements anywhere."""
        one = self._types[name]
        return tuple(one.interfaces) if isinstance(one, (ObjectType, InterfaceType)) else ()

    def possible(self, name: str) -> tuple[str, ...]:
        """Return the object types that a composite type may be, in the supergraph's order."""
        found = self._possible.get(name)
        if found is None:
            one = self.composite(name)
            if isinstance(one, ObjectType):
                found = (name,)
            elif isinstance(one, UnionType):
                found = tuple(sorted(one.members, key=self._order.__getitem__))
            else:
                found = tuple(self._implementations.get(name, ()))
            self._possible[name] = found
        return found

    def possible_set(self, name: str) -> frozenset[str]:
        """Return `possible` as a set."""
        found = self._sets.get(name)
        if found is None:
            found = self._sets[name] = frozenset(self.possible(name))
        return found

    def hidden(self, name: str) -> frozenset[str]:
        """Return those of `possible` that clients may not see (`@inaccessible`)."""
        found = self._hidden.get(name)
        if found is None:
            found = self._hidden[name] = frozenset(
                one for one in self.possible(name) if self._types[one].applied.inaccessible
            )
        return found

    def possible_in(self, subgraph: str, name: str) -> tuple[str, ...]:
        """Return the object types that a type may be in one subgraph."""
        key = (subgraph, name)
        found = self._possible_in.get(key)
        if found is None:
            found = self._possible_in[key] = tuple(
                one for one in self.possible(name) if self._belongs(subgraph, one, name)
            )
        return found

    def abstract_in(self, subgraph: str, member: str) -> tuple[str, ...]:
        """Return the interfaces and unions of a subgraph that an object type belongs to, small first."""
        key = (subgraph, member)
        found = self._abstract_in.get(key)
        if found is None:
            names = (
                name
                for name in (*self.interfaces_of(member), *self._unions.get(member, ()))
                if member in self.surely_in(subgraph, name)
            )
            found = tuple(sorted(names, key=lambda one: len(self.surely_in(subgraph, one))))
            self._abstract_in[key] = found
        return found

    def meaning(self, members: tuple[str, ...], within: str) -> str | None:
        """Return an interface or union that clients know and that means these of a type's objects."""
        memo = (members, within)
        if memo not in self._meanings:
            wanted, around = frozenset(members), self.possible_set(within)
            names = (*self.interfaces_of(members[0]), *self._unions.get(members[0], ()))
            fitting = (
                name
                for name in names
                if self.possible_set(name) & around == wanted
                and not self._types[name].applied.inaccessible
            )
            self._meanings[memo] = next(fitting, None)
        return self._meanings[memo]

    def surely_in(self, subgraph: str, name: str) -> frozenset[str]:
        """Return `possible_in` where it is told of each member in which subgraphs it is one."""
        key = (subgraph, name)
        found = self._surely_in.get(key)
        if found is None:
            is_sure = all(self._told(name, one) for one in self.possible(name))
            is_object = any(
                join.subgraph == subgraph and join.is_interface_object
                for join in self._types[name].joins
            )
            names = self.possible_in(subgraph, name) if is_sure and not is_object else ()
            found = self._surely_in[key] = frozenset(names)
        return found

    def contexts_of(self, name: str) -> frozenset[str]:
        """Return the contexts that every object of a composite type sets (`@context`).

        An object sets those of its type and of the interfaces and unions that the type belongs to.
        """
        if not self._abstract_setters and not self._object_setters:
            return frozenset()
        found = self._contexts.get(name)
        if found is None:
            found = self._contexts[name] = self._read_contexts(name)
        return found

    def _read_contexts(self, name: str) -> frozenset[str]:
        if self.is_abstract(name):
            each = [self.contexts_of(one) for one in self.possible(name)]
            return each[0].intersection(*each[1:]) if each else frozenset()
        own = [self._object_setters.get(name, ())]
        own += [
            set_there for one, set_there in self._abstract_setters if name in self.possible_set(one)
        ]
        return frozenset(context for contexts in own for context in contexts)

    def is_nullable(self, subgraph: str, type_name: str, field_name: str) -> bool:
        """Tell whether a field may be null in a subgraph."""
        one = self._types[type_name]
        if not isinstance(one, (ObjectType, InterfaceType)) or field_name not in one.fields:
            return False
        found = one.fields[field_name]
        own = (join.type for join in found.joins if join.subgraph == subgraph)
        return (next(own, None) or found.type).nullable

    def may_be_null(self, type_name: str, field_name: str) -> bool:
        """Tell whether a field may be null wherever it comes from."""
        one = self._types[type_name]
        if not isinstance(one, (ObjectType, InterfaceType)) or field_name not in one.fields:
            return False
        return one.fields[field_name].type.nullable

    def is_key_of_extension(self, subgraph: str, type_name: str, field_name: str) -> bool:
        """Tell whether a field is part of a key of a type that a subgraph only extends.

        `@external` means nothing there: Federation 1 wrote it on key fields, which whoever can name an
        entity can tell. On the key field of any other type it means that the subgraph has the field
        from elsewhere, and its value is not read. An entity inside another's key is told by what its
        own keys select.
        """
        return (subgraph, type_name, field_name) in self._extended_keys

    def _belongs(self, subgraph: str, member: str, name: str) -> bool:
        if subgraph not in self.subgraphs_of(member):
            return False
        where = self._told(name, member)
        return not where or subgraph in where

    def _told(self, name: str, member: str) -> tuple[str, ...]:
        """Return the subgraphs that are named as those where a type is a member; none: all."""
        one = self._types[name]
        if isinstance(one, UnionType):
            return one.members[member]
        if isinstance(one, InterfaceType):
            implementer = self._types[member]
            assert isinstance(implementer, ObjectType)
            return implementer.interfaces[name]
        return ()

    @cached_property
    def _object_setters(self) -> dict[str, tuple[str, ...]]:
        return {
            name: one.contexts
            for name, one in self._types.items()
            if isinstance(one, ObjectType) and one.contexts
        }

    @cached_property
    def _abstract_setters(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (name, one.contexts)
            for name, one in self._types.items()
            if isinstance(one, (InterfaceType, UnionType)) and one.contexts
        )

    @cached_property
    def _unions(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, one in self._types.items():
            if isinstance(one, UnionType):
                for member in one.members:
                    found.setdefault(member, []).append(name)
        return found

    @cached_property
    def _implementations(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, one in self._types.items():
            if isinstance(one, ObjectType):
                for interface in one.interfaces:
                    found.setdefault(interface, []).append(name)
        return found

    @cached_property
    def _extended_keys(self) -> frozenset[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        for name, one in self._types.items():
            for join in one.joins:
                if join.key is not None and join.extension:
                    self._add_key_fields(join.subgraph, name, _read(join.key), found)
        return frozenset(found)

    def _add_key_fields(
        self, subgraph: str, type_name: str, key: FieldSet, found: set[tuple[str, str, str]],
        *, nested: bool = False,
    ) -> None:  # fmt: skip
        one = self._types.get(type_name)
        for selection in key:
            if not selection.name:
                within = selection.on or type_name
                self._add_key_fields(subgraph, within, selection.children, found, nested=nested)
            elif isinstance(one, (ObjectType, InterfaceType)):
                if not nested or not _has_keys(one, subgraph):
                    found.add((subgraph, type_name, selection.name))
                field = one.fields.get(selection.name)
                if field is not None and selection.children:
                    below = field.type.name
                    self._add_key_fields(subgraph, below, selection.children, found, nested=True)


def _has_keys(one: ObjectType | InterfaceType, subgraph: str) -> bool:
    return any(join.subgraph == subgraph and join.key is not None for join in one.joins)


def _read(key: str) -> FieldSet:
    try:
        return parse_field_set(key)
    except FieldSetSyntaxError:
        return ()
