"""Record types for positions where objects of several types may stand.

One record type has the fields of all of them, each of which may be missing. What an object of its type
must have, and must not show, is looked at when the response is made (see finish.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelgraph_federation.planning.query_plan import AbstractShape, FieldShape


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


def mix(shape: AbstractShape) -> Mixture:
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
    merged = _merge([possible.fields for _, possible in shape.possible])
    return Mixture(key, merged, tuple(members))


def _merge(given: Sequence[tuple[FieldShape, ...]]) -> tuple[FieldShape, ...]:
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
            elif known < at or not _is_same(merged[known], one):
                raise UnsupportedPlan("types that show their fields differently")
            else:
                at = known + 1
    return tuple(merged)


def _is_same(one: FieldShape, other: FieldShape) -> bool:
    constant = one.constant if other.constant is not None else other.constant
    return one == replace(other, parent=one.parent, constant=constant)
