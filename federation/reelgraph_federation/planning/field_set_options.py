"""What it would cost to fetch a field set at a position, and where its parts are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.planning.contexts import setter_of
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.field_set_positions import FieldSetPositions, arguments_of
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.option import LeafOptions, least_reuse
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.scopes import as_set_by
from reelgraph_federation.supergraph.model import ContextArgument

_TYPE = Selection(TYPENAME.name)
_PENALTIES = {Reuse.FETCHES: 2, Reuse.PATHS: 100}
"""How many fetches more are worth making so that an input needs no more reuse than it should."""


class Price(NamedTuple):
    """The fetches and fields that a field set adds."""

    fetches: int = 0
    fields: int = 0

    def plus(self, other: Price) -> Price:
        """Return the price of both."""
        if other is NOTHING_MORE:
            return self
        if self is NOTHING_MORE:
            return other
        return Price(self.fetches + other.fetches, self.fields + other.fields)


NOTHING_MORE = Price()


class FieldSetOptions:
    """Costs field sets; makes no fetch, only positions where a field set needs its own."""

    def __init__(
        self, draft: DraftPlan, reach: Reach, positions: FieldSetPositions, leaves: LeafOptions
    ) -> None:
        self._draft = draft
        self._reach = reach
        self._positions = positions
        self._leaves = leaves

    def price(
        self, position: Position, fields: FieldSet, latest: int, reuse: Reuse
    ) -> Price | None:
        """Return what to pay for a field set, `None` when it cannot be had in time."""
        total = NOTHING_MORE
        for selection in fields:
            for at, one in self._opened(position, selection, latest):
                if one.children:
                    child = self._positions.child_for(at, one)
                    more = self.price(child, one.children, latest, reuse)
                else:
                    more = self._leaf_price(at, one, latest, reuse)
                if more is None:
                    return None
                total = total.plus(more)
        return total

    def context_price(
        self, position: Position, argument: ContextArgument, latest: int
    ) -> Price | None:
        """Return what to pay for a contextual argument's value, `None` when nothing sets it."""
        types = self._reach.graph.types
        setter = setter_of(position, argument.context, types)
        if setter is None:
            return None
        fields = as_set_by(argument.selection, setter.type_name, types)
        return self.price(setter, fields, latest, Reuse.NOTHING)

    def _leaf_price(
        self, position: Position, selection: Selection, latest: int, least: Reuse
    ) -> Price | None:
        ident = Ident(selection.name, arguments_of(selection).text)
        if self._draft.find_fetched(position, ident, latest) is not None:
            return NOTHING_MORE
        reuses = self._draft.reuses(least)
        found = least_reuse(
            reuses,
            lambda reuse: self._leaves.for_field(position, selection.name, latest, reuse),
        )
        if found is None:
            return None
        option, reuse = found
        penalty = _PENALTIES[reuse] if reuse > reuses[0] else 0
        return Price(option.cost.fetches + penalty, option.cost.fields + 1)

    def _opened(
        self, position: Position, selection: Selection, latest: int
    ) -> Iterator[tuple[Position, Selection]]:
        """Yield the fields of a selection, fragments opened, each at its position."""
        cases = self._positions.cases_of(position, selection, latest)
        positions = [position] if cases is None else cases
        if cases is not None:
            yield position.outside, _TYPE  # which of the cases an object is
        if selection.name:
            for at in positions:
                yield at, selection
            return
        for at in positions:
            for child in selection.children:
                yield from self._opened(at, child, latest)
