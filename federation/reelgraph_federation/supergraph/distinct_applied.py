"""The distinct sets of marks on a type and on everything in it; most elements have none."""

from __future__ import annotations

from collections.abc import Iterator

from ..kept import Kept
from .model import (
    NONE_APPLIED,
    AppliedDirectives,
    EnumType,
    InputObjectType,
    InterfaceType,
    NamedType,
    ObjectType,
)

KeptApplied = Kept[NamedType, frozenset[AppliedDirectives]]


def distinct_applied(type_def: NamedType) -> frozenset[AppliedDirectives]:
    """Return the marks of a type, its fields, arguments, input fields and enum values."""
    return frozenset(applied for applied in _all_applied(type_def) if applied is not NONE_APPLIED)


def _all_applied(type_def: NamedType) -> Iterator[AppliedDirectives]:
    yield type_def.applied
    if isinstance(type_def, ObjectType | InterfaceType):
        for field in type_def.fields.values():
            yield field.applied
            for argument in field.arguments.values():
                yield argument.applied
    elif isinstance(type_def, InputObjectType):
        for value in type_def.fields.values():
            yield value.applied
    elif isinstance(type_def, EnumType):
        for each in type_def.values.values():
            yield each.applied
