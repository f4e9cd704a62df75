"""The distinct sets of marks on a type and on everything in it; most elements have none."""

from __future__ import annotations

from collections.abc import Iterator

from ..kept import Kept
from .model import NO_MARKS, EnumType, InputObjectType, InterfaceType, Marks, NamedType, ObjectType

KeptMarks = Kept[NamedType, frozenset[Marks]]


def distinct_marks(type_def: NamedType) -> frozenset[Marks]:
    """Return the marks of a type, its fields, arguments, input fields and enum values."""
    return frozenset(marks for marks in _all_marks(type_def) if marks is not NO_MARKS)


def _all_marks(type_def: NamedType) -> Iterator[Marks]:
    yield type_def.marks
    if isinstance(type_def, ObjectType | InterfaceType):
        for field in type_def.fields.values():
            yield field.marks
            for argument in field.arguments.values():
                yield argument.marks
    elif isinstance(type_def, InputObjectType):
        for value in type_def.fields.values():
            yield value.marks
    elif isinstance(type_def, EnumType):
        for each in type_def.values.values():
            yield each.marks
