"""A field is protected at least as well as the data that it is made from.

A field with ``@requires`` or ``@fromContext`` gives its subgraph data that the client did not ask
for, so whoever may read the field must be allowed to read that data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from ...subgraph.walk import parse_quietly
from ...supergraph.access import join_access
from ...supergraph.model import (
    Access,
    AppliedDirectives,
    EnumType,
    Field,
    FieldJoin,
    InterfaceType,
    NamedType,
    ObjectType,
    ScalarType,
)
from ..state import MergeState


def check_access(
    state: MergeState, types: dict[str, NamedType], applied: set[AppliedDirectives]
) -> None:
    """Check each field that requires others or takes something from a context."""
    if not any(each.access is not None for each in applied):
        return
    contexts = _contexts(types)
    for type_def in types.values():
        if not isinstance(type_def, ObjectType | InterfaceType):
            continue
        for field in type_def.fields.values():
            for join in field.joins:
                if join.requires is None and not join.context_arguments:
                    continue
                readers: list[ObjectType | InterfaceType] = [*_owners(types, type_def)]
                for reader in readers or [type_def]:
                    _check_join(state, types, contexts, type_def, reader, field, join)


def _check_join(
    state: MergeState,
    types: dict[str, NamedType],
    contexts: dict[str, list[str]],
    owner: ObjectType | InterfaceType,
    reader: ObjectType | InterfaceType,
    field: Field,
    join: FieldJoin,
) -> None:
    """Check a field of a subgraph as it is read on one type: each implementation of an interface object's."""
    held = join_access(reader.applied.access, reader.fields[field.name].applied.access)
    held = join_access(held, _type_access(types, field))
    check = _Check(state, types, f"{owner.name}.{field.name}", owner.name, field.name, held)
    if join.requires is not None:
        check.run(reader.name, parse_quietly(join.requires), "@requires")
    for argument in join.context_arguments:
        for name in contexts.get(argument.context, ()):
            check.run(name, _parse(argument.selection), "@fromContext")


def _contexts(types: dict[str, NamedType]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for type_def in types.values():
        for context in getattr(type_def, "contexts", ()):
            found.setdefault(context, []).append(type_def.name)
    return found


def _parse(text: str) -> FieldSet:
    try:
        return parse_field_set(text)
    except FieldSetSyntaxError:
        return ()


@dataclass(frozen=True, slots=True)
class _Check:
    """What those hold who may read a field."""

    state: MergeState
    types: dict[str, NamedType]
    where: str
    owner: str
    field: str
    held: Access | None

    def run(self, start: str, selections: FieldSet, by: str) -> None:
        """Report the first element selected from a type that asks for more."""
        for coordinate, needed in _needs(self.types, start, selections):
            if self.held is not None and _implies(self.held, needed):
                continue
            message = (
                f'"{self.where}" uses "{coordinate}" by {by}, which is protected by more than '
                f'"{self.where}" is'
            )
            places = [
                (index, type_def.fields[self.field].at)
                for index, type_def in self.state.by_type[self.owner]
                if self.field in type_def.fields
            ]
            code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
            if not any(p.code == code and p.coordinate == self.where for p in self.state.problems):
                self.state.report(code, message, self.where, places)
            return


def _type_access(types: dict[str, NamedType], field: Field) -> Access | None:
    """Return what a field asks for by its type; of an interface its objects, when they are read."""
    type_def = types.get(field.type.name)
    if isinstance(type_def, ScalarType | EnumType | ObjectType):
        return type_def.applied.access
    return None


def _needs(
    types: dict[str, NamedType], type_name: str, selections: FieldSet
) -> Iterator[tuple[str, Access]]:
    """Each protected element that a selection touches, with its protection."""
    type_def = types.get(type_name)
    for selection in selections:
        if not selection.name:
            yield from _needs(types, selection.on or type_name, selection.children)
            continue
        for owner in _owners(types, type_def):
            field = owner.fields.get(selection.name)
            if field is None:
                continue
            coordinate = f"{owner.name}.{field.name}"
            returned = _returned_access(types, field)
            for access in (owner.applied.access, field.applied.access, returned):
                if access is not None:
                    yield coordinate, access
            yield from _needs(types, field.type.name, selection.children)


def _returned_access(types: dict[str, NamedType], field: Field) -> Access | None:
    """Return what the type of a selected field asks for; an interface asks for all implementations do."""
    type_def = types.get(field.type.name)
    return type_def.applied.access if type_def is not None else None


def _owners(types: dict[str, NamedType], type_def: NamedType | None) -> list[ObjectType]:
    if isinstance(type_def, ObjectType):
        return [type_def]
    if isinstance(type_def, InterfaceType):
        return [
            other
            for other in types.values()
            if isinstance(other, ObjectType) and type_def.name in other.interfaces
        ]
    return []


def _implies(held: Access, needed: Access) -> bool:
    return (
        (held.authenticated or not needed.authenticated)
        and _covers(held.scopes, needed.scopes)
        and _covers(held.policies, needed.policies)
    )


def _covers(held: tuple[tuple[str, ...], ...], needed: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether the held requirement lets nobody in whom the needed one keeps out."""
    if not needed:
        return True
    return bool(held) and all(any(set(n) <= set(h) for n in needed) for h in held)
