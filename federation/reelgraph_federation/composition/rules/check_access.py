"""A field is protected at least as well as the data that it is made from.

A field with ``@requires`` or ``@fromContext`` gives its subgraph data that the client did not ask
for, so whoever may read the field must be allowed to read that data.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from ...subgraph.walk import parse_quietly
from ...supergraph.model import (
    Access,
    AppliedDirectives,
    EnumType,
    Field,
    InterfaceType,
    NamedType,
    ObjectType,
    ScalarType,
)
from ..merge_applied import join_access
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
                if join.requires is not None:
                    selections = parse_quietly(join.requires)
                    _check(state, types, type_def, field, type_def.name, selections, "@requires")
                for argument in join.context_arguments:
                    selections = _parse(argument.selection)
                    for owner in contexts.get(argument.context, ()):
                        _check(state, types, type_def, field, owner, selections, "@fromContext")


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


def _check(
    state: MergeState,
    types: dict[str, NamedType],
    owner: ObjectType | InterfaceType,
    field: Field,
    start: str,
    selections: FieldSet,
    by: str,
) -> None:
    held = join_access(owner.applied.access, field.applied.access)
    held = join_access(held, _type_access(types, field))
    for coordinate, needed in _needs(types, start, selections):
        if held is not None and _implies(held, needed):
            continue
        where = f"{owner.name}.{field.name}"
        message = (
            f'"{where}" uses "{coordinate}" by {by}, which is protected by more than "{where}" is'
        )
        places = [
            (index, t.fields[field.name].at)
            for index, t in state.by_type[owner.name]
            if field.name in t.fields
        ]
        state.report("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", message, where, places)
        return


def _type_access(types: dict[str, NamedType], field: Field) -> Access | None:
    type_def = types.get(field.type.name)
    return type_def.applied.access if type_def is not None else None


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
            for access in (owner.applied.access, field.applied.access, _leaf_access(types, field)):
                if access is not None:
                    yield coordinate, access
            yield from _needs(types, field.type.name, selection.children)


def _leaf_access(types: dict[str, NamedType], field: Field) -> Access | None:
    type_def = types.get(field.type.name)
    if isinstance(type_def, ScalarType | EnumType | ObjectType):
        return type_def.applied.access
    return None


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
