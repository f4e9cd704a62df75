"""What a supergraph asks of those who select its fields: `@authenticated`, `@requiresScopes`, `@policy`.

Specifications: https://specs.apollo.dev/authenticated/v0.1, requiresScopes/v0.1, policy/v0.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_federation.operations.tree import NormalizedOperation, Selections
from reelgraph_federation.supergraph.access import (
    field_access_of,
    type_access_of,
    without_implied,
)
from reelgraph_federation.supergraph.model import (
    Access,
    Field,
    InterfaceType,
    NamedType,
    ObjectType,
    UnionType,
)
from reelgraph_federation.supergraph.supergraph import Supergraph

Requirements = tuple[Access, ...]
"""All of them must hold."""

NOTHING: Requirements = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """What is known about a caller."""

    authenticated: bool = False
    scopes: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    """The policies that hold for the caller; one that is not named does not."""

    def satisfies(self, access: Access) -> bool:
        """Tell whether the caller meets a requirement, all its directives together."""
        if access.authenticated and not self.authenticated:
            return False
        return _has_one(access.scopes, self.scopes) and _has_one(access.policies, self.policies)


def _has_one(alternatives: tuple[tuple[str, ...], ...], held: frozenset[str]) -> bool:
    """Tell whether all names of some alternative are held; no alternatives ask for nothing."""
    return not alternatives or any(held.issuperset(names) for names in alternatives)


class AccessIndex:
    """The requirements of each field of a supergraph.

    A field asks for what stands on itself, on the type it belongs to and on the type it returns. An
    interface's field, selected for all objects at once, asks for what it asks in every
    implementation; in a fragment on one type it asks for that type's requirements alone. What a supergraph
    writes on an interface for routers that do not look so closely, all that implementations ask for, counts for nothing. What an `@interfaceObject` adds to a type asks for what it asks on the interface.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._index = supergraph.query_graph.types
        self._known: dict[tuple[str, str], Requirements] = {}
        self.is_empty = not _has_access(supergraph)

    def of_field(self, type_name: str, field_name: str) -> Requirements:
        """Return the requirements of a field selected on objects of a type."""
        if field_name.startswith("__"):
            return NOTHING
        key = (type_name, field_name)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(dict.fromkeys(self._collect(type_name, field_name)))
        return found

    def of_operation(self, operation: NormalizedOperation) -> frozenset[Access]:
        """Return every requirement that something in an operation has."""
        found: set[Access] = set()
        seen: set[int] = set()
        waiting: list[Selections] = [operation.selections]
        while waiting:
            selections = waiting.pop()
            if id(selections) in seen:
                continue
            seen.add(id(selections))
            for fields in (selections.fields, *selections.cases.values()):
                for one in fields.values():
                    found.update(self.of_field(one.parent, one.name))
                    if one.children is not None:
                        waiting.append(one.children)
        return frozenset(found)

    def is_visible(self, type_name: str) -> bool:
        """Tell whether clients know a type, so that objects of it come into answers."""
        return not self._types[type_name].applied.inaccessible

    def _collect(self, type_name: str, field_name: str) -> list[Access]:
        owners = [type_name, *self._added_by(type_name, field_name)]
        if self._index.is_abstract(type_name):
            owners += [one for one in self._index.possible(type_name) if self.is_visible(one)]
        found: list[Access | None] = []
        for name in owners:
            one = self._index.composite(name)
            if isinstance(one, UnionType):
                continue
            found.append(self._of_type(one))
            field = one.fields.get(field_name)
            if field is not None:
                found += [self._of_field(one, field), self._of_returned(field)]
        return [access for access in found if access is not None]

    def _added_by(self, type_name: str, field_name: str) -> list[str]:
        """Return the interfaces whose `@interfaceObject` adds a field that no subgraph of the type has."""
        one = self._index.composite(type_name)
        field = one.fields.get(field_name) if isinstance(one, ObjectType) else None
        if field is None or not field.joins or any(join.subgraph for join in field.joins):
            return []
        return list(self._index.interfaces_of(type_name))

    def _of_returned(self, field: Field) -> Access | None:
        one = self._types.get(field.type.name)
        return self._of_type(one) if one is not None else None

    def _of_type(self, one: NamedType) -> Access | None:
        """Return what a type asks for itself: not what an interface asks for its implementations."""
        if not isinstance(one, InterfaceType) or one.applied.access is None:
            return one.applied.access
        return without_implied(one.applied.access, type_access_of(self._implementations(one)))

    def _of_field(self, owner: ObjectType | InterfaceType, field: Field) -> Access | None:
        access = field.applied.access
        if access is None or isinstance(owner, ObjectType):
            return access
        implied = field_access_of(self._implementations(owner), field.name)
        return without_implied(access, implied)

    def _implementations(self, one: InterfaceType) -> list[ObjectType]:
        found = (self._types[name] for name in self._index.possible(one.name))
        return [each for each in found if isinstance(each, ObjectType)]


def _has_access(supergraph: Supergraph) -> bool:
    return any(
        one.applied.access is not None
        or (
            isinstance(one, ObjectType | InterfaceType)
            and any(field.applied.access is not None for field in one.fields.values())
        )
        for one in supergraph.types.values()
    )


__all__ = ["NOTHING", "AccessIndex", "Granted", "Requirements"]
