"""What it would cost to enter entities by a key, and in which wave."""

from __future__ import annotations

from typing import NamedTuple

from reelgraph_federation.planning.bounds import in_time
from reelgraph_federation.planning.contexts import setter_of
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.field_set_options import NOTHING_MORE, FieldSetOptions, Price
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.option import ByKey, Cost, InContext, Option, cheaper, entered_at
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.search_budget import SearchBudget
from reelgraph_federation.query_graph import EntityMove, FieldEdge, TypeNode

LATER_WAVES = 3
"""How many waves later than the first one an entry is tried when it cannot be had so soon."""


class _Entry(NamedTuple):
    """An entity move at a position; `edge` is set where it is for a field that needs more than the key."""

    position: Position
    move: EntityMove
    edge: FieldEdge | None


class MoveOptions:
    """Finds the cheapest entry; makes nothing itself."""

    def __init__(
        self, draft: DraftPlan, reach: Reach, field_sets: FieldSetOptions, budget: SearchBudget
    ) -> None:
        self._draft = draft
        self._reach = reach
        self._field_sets = field_sets
        self._budget = budget
        self._nullable: dict[tuple[str, EntityMove], bool] = {}

    def for_entry(
        self, position: Position, node: TypeNode, edge: FieldEdge, latest: int | None
    ) -> Option | None:
        """Return the cheapest entry into a node with what a field requires."""
        best: Option | None = None
        for move in self._reach.entries(position.type_name, node):
            best = cheaper(best, self.for_move(position, move, latest, edge))
        return best

    def for_move(
        self,
        position: Position,
        move: EntityMove,
        latest: int | None,
        edge: FieldEdge | None = None,
    ) -> Option | None:
        """Return the cheapest entry by one key: in the first wave possible, or joining a fetch.

        `edge` is set where it is for a field that needs more than the key.
        """
        self._budget.step()
        if position.is_joint:
            return None
        soonest = self._reach.move_wave(position, move)
        if soonest is not None and edge is not None:
            inputs = self._reach.inputs_wave(position, edge)
            soonest = None if inputs is None else max(soonest, 1 + inputs)
        if soonest is None or not in_time(soonest, latest):
            return None
        entry = _Entry(position, move, edge)
        best: Option | None = None
        for wave in self._waves(entry, soonest, latest):
            best = cheaper(best, self._in_wave(entry, wave))
        return best if best is not None else self._later(entry, soonest, latest)

    def in_context(self, position: Position, edge: FieldEdge, plain: Option) -> Option | None:
        """Return an option below an entity whose request can carry the values of a field's contexts.

        So it is when what sets them is that entity, or above it: then no further call is made. Runtime
        types between the two would have to be told apart when a value fails, so there are none.
        """
        entered = entered_at(plain.opening)
        if entered is None or not _leads_plainly(entered[0], position):
            return None
        cost = plain.cost
        for argument in edge.contexts:
            setter = setter_of(position, argument.context, self._reach.graph.types)
            if setter is None or not entered[0].is_at_or_below(setter):
                return None
            price = self._field_sets.context_price(position, argument, entered[1] - 1)
            if price is None:
                return None
            cost = cost._replace(
                fetches=cost.fetches + price.fetches, fields=cost.fields + price.fields
            )
        return Option(cost, InContext(plain.opening, edge))

    def _later(self, entry: _Entry, soonest: int, latest: int | None) -> Option | None:
        """Return an entry later than the lower bound.

        The bound may be too low where what the entry needs shares a position with what the client
        selects, and there another node leads to it than the best.
        """
        for wave in range(soonest + 1, soonest + 1 + LATER_WAVES):
            option = self._in_wave(entry, wave) if in_time(wave, latest) else None
            if option is not None:
                return option
        return None

    def _waves(self, entry: _Entry, soonest: int, latest: int | None) -> list[int]:
        """Return the waves to try: the first possible one, and those in which a fetch can be joined."""
        draft, subgraph = self._draft, entry.move.target.subgraph
        last = draft.last_wave if latest is None else min(draft.last_wave, latest)
        joined = [
            wave
            for wave in range(soonest + 1, last + 1)
            if draft.fetch_to(subgraph, wave) is not None
        ]
        if not draft.block:
            return [soonest, *joined]
        # The blocks before may have come here later than they could have.
        late = waves_late(draft, self._reach, entry.position)
        opened = draft.own_selections_at(entry.position)
        later = {soonest + late, *(1 + one.wave for one in opened)}
        joined += sorted({*later, *(wave + 1 for wave in later)})
        return [soonest, *(wave for wave in joined if soonest < wave and in_time(wave, latest))]

    def _in_wave(self, entry: _Entry, wave: int) -> Option | None:
        position, move, edge = entry
        draft, subgraph = self._draft, move.target.subgraph
        if not draft.constraints.may_call(subgraph, wave):
            return None
        price = self._inputs_price(entry, wave - 1)
        if price is None:
            return None
        fetch = draft.fetch_to(subgraph, wave)
        required = edge.requires if edge is not None else ()
        if fetch is None or fetch.group_for(position, move.target, required) is None:
            key = self._field_sets.price(position, move.key, wave - 1, Reuse.FETCHES)
            if key is None:
                return None
            price = price.plus(key)
        cost = Cost(
            over=max(0, wave - draft.last_wave),
            fetches=price.fetches + (fetch is None),
            nullable_keys=self._may_fail(position.type_name, move),
            wave=wave,
            demand=-draft.demand[subgraph],
            fields=price.fields,
        )
        return Option(cost, ByKey(position, move, wave, edge))

    def _inputs_price(self, entry: _Entry, latest: int) -> Price | None:
        """Return what to pay for what a field needs beyond the key."""
        edge = entry.edge
        if edge is None:
            return NOTHING_MORE
        total = self._field_sets.price(entry.position, edge.requires, latest, Reuse.NOTHING)
        for argument in edge.contexts:
            more = self._field_sets.context_price(entry.position, argument, latest)
            if total is None or more is None:
                return None
            total = total.plus(more)
        return total

    def _may_fail(self, type_name: str, move: EntityMove) -> bool:
        """Tell whether a field of the key may be null where entities of a type are entered."""
        memo = type_name, move
        if memo not in self._nullable:
            types = self._reach.graph.types
            self._nullable[memo] = any(types.may_be_null(type_name, one.name) for one in move.key)
        return self._nullable[memo]


def _leads_plainly(upper: Position, lower: Position) -> bool:
    """Tell whether fields alone lead from one position to another, which is not the same."""
    at: Position | None = lower
    while at is not None and at.outside is not upper.outside:
        if at.enclosing is not None:
            return False
        at = at.parent
    return at is not None and at is upper and lower is not upper


def waves_late(draft: DraftPlan, reach: Reach, position: Position) -> int:
    """Return how many waves after the first possible one a position, or one above, was reached."""
    at: Position | None = position
    while at is not None:
        waves = [one.wave for one in draft.usable_at(at, None, Reuse.FETCHES)]
        if waves:
            return max(0, min(waves) - reach.direct(at).floor)
        at = at.outside.parent
    return 0
