"""Pass: leave out what the caller may not have.

A field whose requirements do not hold is taken out with everything below it, and so is a field of
whose selection nothing is left. What was taken out stays in `Selections.left_out`, so that the
response can answer null in its place.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from reelgraph_federation.operations.access import AccessIndex
from reelgraph_federation.operations.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    both,
    either,
    implies,
)
from reelgraph_federation.operations.fingerprint import fingerprint
from reelgraph_federation.operations.tree import NormalizedOperation, SelectedField, Selections
from reelgraph_federation.supergraph.model import Access


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place of an operation that was left out, and why."""

    path: tuple[str, ...]
    """Response names from the root."""
    known: int
    """How many of them lead there in every response: those down to the first list."""
    coordinate: str
    """The field, as `Type.field`."""
    requirement: Access
    """The first requirement that does not hold."""
    condition: Condition = ALWAYS
    """When the client asks for it at all."""


@dataclass(frozen=True, slots=True)
class FilteredOperation:
    """What is left of an operation."""

    operation: NormalizedOperation
    left_out: tuple[LeftOut, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that a subgraph would be asked for."""
        selections = self.operation.selections
        return all(one.name.startswith("__") for one in selections.fields.values())


def filter_operation(
    index: AccessIndex, operation: NormalizedOperation, held: Set[Access]
) -> FilteredOperation:
    """Return an operation without what asks for a requirement that is not in `held`.

    Pure; the operation given is not changed, and comes back itself when all of it may stay.
    """
    access = AccessFilter(index, held)
    selections = access.keep(operation.selections, _OperationPath())
    if selections is operation.selections:
        return FilteredOperation(operation, ())
    filtered = replace(
        operation,
        selections=selections,
        fingerprint=fingerprint(
            operation.kind, operation.name, selections, operation.variables, operation.introspection
        ),
    )
    return FilteredOperation(filtered, tuple(access.left_out.values()))


@dataclass(frozen=True, slots=True)
class _OperationPath:
    path: tuple[str, ...] = ()
    known: int | None = None
    """Set below a list: how many names lead to it."""
    condition: Condition = ALWAYS

    def below(self, field: SelectedField) -> _OperationPath:
        known = self.known
        if known is None and field.type.list_depth:
            known = len(self.path) + 1
        path = (*self.path, field.response_name)
        return _OperationPath(path, known, both(self.condition, field.condition))


class AccessFilter:
    """Filters one operation; `left_out` holds what was taken out, by path."""

    def __init__(self, index: AccessIndex, held: Set[Access]) -> None:
        self._index = index
        self._held = held
        self._done: dict[tuple[int, Condition], Selections] = {}
        self.left_out: dict[tuple[str, ...], LeftOut] = {}

    def keep(self, selections: Selections, place: _OperationPath) -> Selections:
        """Return what may stay of the selections on an object; the same value when all of it may."""
        key = (id(selections), place.condition)
        found = self._done.get(key)
        if found is None:
            found = self._done[key] = self._keep(selections, place)
        return found

    def _keep(self, selections: Selections, place: _OperationPath) -> Selections:
        filtered = Selections(selections.type_name)
        filtered.fields, filtered.left_out = self._split(selections.fields, place)
        unchanged = _is_same(filtered.fields, selections.fields)
        for case, fields in selections.cases.items():
            if not self._index.is_visible(case):
                # Objects of this type are null in the answer, whatever the caller may have.
                filtered.cases[case] = fields
                continue
            kept, left_out = self._split(fields, place)
            # An emptied case stays: the response differs for objects of this type.
            filtered.cases[case] = kept
            unchanged = unchanged and _is_same(kept, fields)
            if left_out:
                filtered.left_out_cases[case] = left_out
        return selections if unchanged else filtered

    def _split(
        self, fields: dict[str, SelectedField], place: _OperationPath
    ) -> tuple[dict[str, SelectedField], dict[str, SelectedField]]:
        """Part the fields of an object into those that stay and those left out."""
        kept: dict[str, SelectedField] = {}
        left_out: dict[str, SelectedField] = {}
        for name, field in fields.items():
            found = self._field(field, place.below(field))
            if found is None:
                left_out[name] = field
            else:
                kept[name] = found
        return kept, left_out

    def _field(self, field: SelectedField, place: _OperationPath) -> SelectedField | None:
        for requirement in self._index.of_field(field.parent, field.name):
            if requirement not in self._held:
                self._tell(field, place, requirement)
                return None
        if field.children is None:
            return field
        children = self.keep(field.children, place)
        if children is field.children:
            return field
        if self._is_emptied(children, place.condition):
            return None
        return replace(field, children=children)

    def _is_emptied(self, selections: Selections, condition: Condition) -> bool:
        """Tell whether nothing stays, and something was asked for whenever the object is."""
        cases = [one for name, one in selections.cases.items() if self._index.is_visible(name)]
        if selections.fields or any(cases):
            return False
        asked = NEVER
        for group in (selections.left_out, *selections.left_out_cases.values()):
            for one in group.values():
                asked = either(asked, one.condition)
        return implies(condition, asked)

    def _tell(self, field: SelectedField, place: _OperationPath, requirement: Access) -> None:
        known = len(place.path) if place.known is None else place.known
        one = LeftOut(
            place.path, known, f"{field.parent}.{field.name}", requirement, place.condition
        )
        other = self.left_out.get(place.path)
        if other is not None:
            one = replace(other, condition=either(other.condition, place.condition))
        self.left_out[place.path] = one


def _is_same(kept: dict[str, SelectedField], given: dict[str, SelectedField]) -> bool:
    return len(kept) == len(given) and all(one is given[name] for name, one in kept.items())
