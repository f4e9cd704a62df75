"""Record types for positions where objects of several types may stand.

One record type has the fields of all of them, each of which may be missing. What an object of its type
must have, and must not show, is looked at when the response is made (see finish.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelgraph_federation.planning.query_plan import (
    AbstractShape,
    FieldShape,
    ListShape,
    ObjectShape,
    ValueShape,
)


class UnsupportedPlan(Exception):
    """The plan has something that records cannot say; the text names it, for developers."""


@dataclass(frozen=True, slots=True)
class Member:
    """One runtime type: the keys that its objects show, and names with a constant to put there."""

    name: str
    keys: frozenset[str]
    constants: tuple[str, ...]
    shows_typename: bool
    """Whether the client sees the value at the mixture's `typename_key`, under that name."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """The objects of one position: their types, by the value at `typename_key`."""

    typename_key: str
    fields: tuple[FieldShape, ...]
    """The fields of all types, in an order that suits each."""
    members: tuple[Member, ...]

    @property
    def shows_typename(self) -> bool:
        """Whether the type has a place among the fields."""
        return any(member.shows_typename for member in self.members)


def mix(shape: AbstractShape, likeness: Likeness) -> Mixture:
    """Bring the fields of all types together; raises UnsupportedPlan where they do not fit."""
    key = shape.typename_key
    if key is None or not shape.possible:
        raise UnsupportedPlan("an abstract type without types")
    members = []
    for name, possible in shape.possible:
        shown = [one for one in possible.fields if one.constant is None]
        constants = [one.response_name for one in possible.fields if one.constant is not None]
        members.append(
            Member(
                name,
                frozenset(one.key for one in shown),
                tuple(one for one in constants if one != key),
                key in constants,
            )
        )
    merged = _merge([possible.fields for _, possible in shape.possible], likeness)
    return Mixture(key, merged, tuple(members))


def _merge(given: Sequence[tuple[FieldShape, ...]], likeness: Likeness) -> tuple[FieldShape, ...]:
    """One order for all; a field of several types must be the same in each."""
    merged: list[FieldShape] = []
    for fields in given:
        at = 0
        for one in fields:
            known = next(
                (n for n, m in enumerate(merged) if m.response_name == one.response_name), None
            )
            if known is None:
                merged.insert(at, one)
                at += 1
            elif known < at or not likeness.of_members(merged[known], one):
                raise UnsupportedPlan("types that show their fields differently")
            else:
                at = known + 1
    return tuple(merged)


class Likeness:
    """Tells which parts of one plan's shapes are equal; a pair that stands in many places is compared once.

    The equality of the values themselves would compare it again at each place.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}

    def of_members(self, one: FieldShape, other: FieldShape) -> bool:
        """Tell whether a field is the same for two types, whatever they are named."""
        constant = one.constant if other.constant is not None else other.constant
        return self._of_fields(one, replace(other, parent=one.parent, constant=constant))

    def _of_fields(self, one: FieldShape, other: FieldShape) -> bool:
        return self._of(one.shape, other.shape) and replace(one, shape=other.shape) == other

    def _of(self, one: ValueShape, other: ValueShape) -> bool:
        if one is other:
            return True
        pair = (id(one), id(other))
        if pair not in self._known:
            self._known[pair] = self._compare(one, other)
        return self._known[pair]

    def _compare(self, one: ValueShape, other: ValueShape) -> bool:
        if isinstance(one, ListShape) and isinstance(other, ListShape):
            return one.nullable == other.nullable and self._of(one.item, other.item)
        if isinstance(one, AbstractShape) and isinstance(other, AbstractShape):
            mine, theirs = one.possible, other.possible
            return (
                [name for name, _ in mine] == [name for name, _ in theirs]
                and replace(one, possible=()) == replace(other, possible=())
                and all(self._of(a, b) for (_, a), (_, b) in zip(mine, theirs, strict=True))
            )
        if isinstance(one, ObjectShape) and isinstance(other, ObjectShape):
            return (
                len(one.fields) == len(other.fields)
                and replace(one, fields=()) == replace(other, fields=())
                and all(map(self._of_fields, one.fields, other.fields))
            )
        return one == other
