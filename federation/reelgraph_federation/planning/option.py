"""Options: how an open selection can be had, and what that costs. Plain values; nothing is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeAlias

from reelgraph_federation.planning.drafts import OpenSelection
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.query_graph import EntityMove, FieldEdge, TypeNode


class Cost(NamedTuple):
    """What to pay, most important first."""

    over: int
    """Waves beyond those that the operation needs anyway."""
    fetches: int
    nullable_keys: int
    """Entries by a key that may be null: then what is fetched there is lost."""
    wave: int
    demand: int
    """Less than 0 for a fetch to a subgraph that fields without a choice will go to anyway."""
    fields: int

    def plus_field(self) -> Cost:
        """Return the cost with one field more."""
        over, fetches, nullable_keys, wave, demand, fields = self
        return Cost(over, fetches, nullable_keys, wave, demand, fields + 1)

    @property
    def is_free(self) -> bool:
        """Whether no wave and no fetch is added, and nothing can be lost."""
        return self.over == 0 and self.fetches == 0 and self.nullable_keys == 0


class Existing(NamedTuple):
    """A selection that is open already."""

    opened: OpenSelection


class ByRoot(NamedTuple):
    """A root operation: at the root of the response, or at a field that returns `Query`."""

    position: Position
    node: TypeNode
    wave: int


class ByField(NamedTuple):
    """The field that leads to a position, selected in what is opened above it."""

    position: Position
    node: TypeNode
    above: Opening


class ByType(NamedTuple):
    """A fragment on the types of a position, in what is opened for objects of all types."""

    position: Position
    above: Opening


class ByKey(NamedTuple):
    """An entity move in a wave, with what the field of an edge needs beyond the key."""

    position: Position
    move: EntityMove
    wave: int
    edge: FieldEdge | None


class InContext(NamedTuple):
    """Something opened, below an entity that is entered with the values of a field's contexts."""

    above: Opening
    edge: FieldEdge


Opening: TypeAlias = Existing | ByRoot | ByField | ByType | ByKey | InContext
"""What to do to have an open selection; `SelectionOpener` does it."""


class Option(NamedTuple):
    """A way to have an open selection."""

    cost: Cost
    opening: Opening


class LeafOptions(Protocol):
    """Who tells what a field of a field set costs."""

    def for_field(
        self, position: Position, name: str, latest: int | None, reuse: Reuse
    ) -> Option | None:
        """Return the cheapest open selection at a position from which a leaf can be selected."""


def key_below(opening: Opening) -> tuple[ByKey | None, tuple[Position, ...]]:
    """Return the entity move that an opening begins with, if any, and the fields below it, outermost first."""
    below: tuple[Position, ...] = ()
    while not isinstance(opening, ByKey):
        if isinstance(opening, ByField):
            below = (opening.position, *below)
        elif not isinstance(opening, ByType | InContext):
            return None, below
        opening = opening.above
    return opening, below


def entered_at(opening: Opening) -> tuple[Position, int] | None:
    """Return where and in which wave the entity is entered that an opening is at or below, if any is."""
    while isinstance(opening, ByField | ByType | InContext):
        opening = opening.above
    if isinstance(opening, ByKey):
        return opening.position, opening.wave
    entered = opening.opened.entered if isinstance(opening, Existing) else None
    return (entered.position, entered.wave) if entered is not None else None


def cheaper(one: Option | None, other: Option | None) -> Option | None:
    """Return the option that costs less, the first of two that cost the same."""
    if one is None or (other is not None and other.cost < one.cost):
        return other
    return one


def least_reuse(
    allowed: Iterable[Reuse], find: Callable[[Reuse], Option | None]
) -> tuple[Option, Reuse] | None:
    """Return the option found with the least reuse, and which that is; `allowed` has the least first."""
    for reuse in allowed:
        option = find(reuse)
        if option is not None:
            return option, reuse
    return None
