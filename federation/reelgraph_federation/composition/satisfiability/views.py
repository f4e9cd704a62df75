"""What ``@provides`` adds to a place: fields that a subgraph answers on this path only."""

from __future__ import annotations

from collections.abc import Iterator

from ...field_sets import FieldSet, Selection
from ..state import MergeState
from .ability import FieldAbility
from .memory import Views

NO_VIEWS: Views = frozenset()


def provided_below(
    state: MergeState, views: Views, type_name: str, field_name: str
) -> dict[int, FieldSet]:
    """Return what views select below a field of an object type, by subgraph.

    A subgraph is in the result, if only with an empty selection, when it provides the field.
    """
    found: dict[int, FieldSet] = {}
    names = {type_name, *state.supertypes.get(type_name, ())}
    for index, selections in views:
        for selection in _fields(selections, names):
            if selection.name == field_name:
                found[index] = (*found.get(index, ()), *selection.children)
    return found


def _fields(selections: FieldSet, names: set[str]) -> Iterator[Selection]:
    for selection in selections:
        if selection.name:
            yield selection
        elif selection.on is None or selection.on in names:
            yield from _fields(selection.children, names)


def views_after(field: FieldAbility, found: int, below: dict[int, FieldSet]) -> Views:
    """Return the views of the place that a field leads to in the subgraphs ``found``."""
    if not field.provides and not below:
        return NO_VIEWS
    provides = (field.provides or {}).items()
    views = {(i, selections) for i, selections in provides if found >> i & 1}
    views |= {(i, selections) for i, selections in below.items() if selections and found >> i & 1}
    return frozenset(views)
