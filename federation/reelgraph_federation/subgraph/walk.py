"""Walk the fields that a field set selects, over the types of one subgraph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..field_sets import FieldSet, FieldSetSyntaxError, parse_field_set
from ..type_refs import named
from .document import TypeDef


def parse_quietly(value: str | None) -> FieldSet:
    """Return the field set of a directive argument; empty where validation reports it instead."""
    if value is None:
        return ()
    try:
        return parse_field_set(value)
    except FieldSetSyntaxError:
        return ()


def walk_field_set(
    types: Mapping[str, TypeDef], type_name: str, selections: FieldSet
) -> Iterator[tuple[str, str]]:
    """Each ``(type, field)`` selected, at any depth. Unknown types and fields are passed over."""
    type_def = types.get(type_name)
    for selection in selections:
        if not selection.name:
            yield from walk_field_set(types, selection.on or type_name, selection.children)
        elif type_def is not None and selection.name in type_def.fields:
            yield type_name, selection.name
            if selection.children:
                inner = named(type_def.fields[selection.name].type)
                yield from walk_field_set(types, inner, selection.children)
