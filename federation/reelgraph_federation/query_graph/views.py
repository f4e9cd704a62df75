"""Views: what `@provides` lets one read of external copies, followed down the provided path."""

from __future__ import annotations

from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.query_graph.types import TypeIndex


def provided_by_field(provided: FieldSet, field_name: str) -> FieldSet | None:
    """Return what is provided below a field, `None` when the field itself is not provided."""
    found = [one for one in provided if one.name == field_name]
    if not found:
        return None
    return tuple(child for one in found for child in one.children)


def provided_below(provided: FieldSet, type_name: str, types: TypeIndex) -> FieldSet:
    """Narrow a view to one object type: inline fragments that apply to it are opened."""
    result: list[FieldSet] = []
    for one in provided:
        if one.name:
            result.append((one,))
        elif one.on is None or type_name in types.possible_set(one.on):
            result.append(provided_below(one.children, type_name, types))
    return tuple(selection for part in result for selection in part)
