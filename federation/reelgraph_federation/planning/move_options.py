"""What it would cost to enter entities by a key, and in which wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelgraph_federation.planning.field_set_options import FieldSetOptions
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.option import Cost, Option, cheaper
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.waves import NEVER_REACHED
from reelgraph_federation.query_graph import EntityMove, FieldEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser
    from reelgraph_federation.planning.selection_options import SelectionOptions

LATER_WAVES = 3
"""How many waves later than the first one an entry is tried when there is no way to have it so soon."""


class MoveOptions:
    """Finds the cheapest entry; makes nothing itself."""

    def __init__(self, chooser: Chooser, open_selections: SelectionOptions) -> None:
        self._chooser = chooser
        self._selections = open_selections
        self._reach: Reach = chooser.reach
        self.field_sets = FieldSetOptions(chooser, open_selections)
        self._nullable: dict[tuple[str, EntityMove], bool] = {}

    def for_entry(
        self, position: Position, node: TypeNode, edge: FieldEdge, latest: int
    ) -> Option | None:
        """Return the cheapest entry into a node with what a field requires."""
        best: Option | None = None
        for move in self._reach.entries(position.type_name, node):
            best = cheaper(best, self.for_move(position, move, edge, latest))
        return best

    def for_move(
        self, position: Position, move: EntityMove, edge: FieldEdge | None, latest: int
    ) -> Option | None:
        """Return the cheapest entry by one key: in the first wave possible, or joining a fetch.

        `edge` is set where it is for a field that needs more than the key.
        """
        self._selections.step()
        if position.is_joint:
            return None
        soonest = self._reach.move_wave(position, move)
        if edge is not None:
            soonest = max(soonest, 1 + self._reach.inputs_wave(position, edge))
        if soonest > latest or soonest >= NEVER_REACHED:
            return None
        best: Option | None = None
        for wave in self._waves(position, move.target.subgraph, soonest, latest):
            best = cheaper(best, self._move_in(position, move, edge, wave))
        if best is None:
            best = self._later_move(position, move, edge, range(soonest + 1, latest + 1))
        return best

    def _later_move(
        self, position: Position, move: EntityMove, edge: FieldEdge | None, waves: range
    ) -> Option | None:
        """Return an entry later than the lower bound.

        The bound may be too low where what the entry needs shares a position with what the client
        selects, and there another node leads to it than the best.
        """
        for wave in waves[:LATER_WAVES]:
            option = self._move_in(position, move, edge, wave)
            if option is not None:
                return option
        return None

    def _waves(self, position: Position, subgraph: str, soonest: int, latest: int) -> list[int]:
        chooser = self._chooser
        last = min(latest, max(chooser.horizon, soonest))
        joined = [
            wave
            for wave in range(soonest + 1, last + 1)
            if (subgraph, wave, None, chooser.block) in chooser.opener.fetches
        ]
        if chooser.block:
            # The blocks before may have come here later than they could have.
            late = self.waves_late(position)
            later = {soonest + late, *(1 + opened.wave for opened in position.open_selections)}
            joined += sorted({*later, *(wave + 1 for wave in later)})
        return [soonest, *(wave for wave in joined if soonest < wave <= latest)]

    def waves_late(self, position: Position) -> int:
        """Return how many waves after the first possible one a position, or one above, was reached."""
        at: Position | None = position
        while at is not None:
            open_selections = [
                opened.wave
                for opened in self._chooser.opener.open_selections(at)
                if self._selections.is_usable(opened, Reuse.FETCHES)
            ]
            if open_selections:
                return max(0, min(open_selections) - self._reach.direct(at).floor)
            at = at.outside.parent
        return 0

    def _move_in(
        self, position: Position, move: EntityMove, edge: FieldEdge | None, wave: int
    ) -> Option | None:
        chooser = self._chooser
        if not chooser.constraints.may_call(move.target.subgraph, wave):
            return None
        required = edge.requires if edge is not None else ()
        fetch = chooser.opener.fetches.get((move.target.subgraph, wave, None, chooser.block))
        fetches, fields = self.field_sets.cost(position, required, wave - 1, Reuse.NOTHING)
        for argument in edge.contexts if edge is not None else ():
            more = self.field_sets.context_cost(position, argument, wave - 1)
            fetches, fields = fetches + more[0], min(fields + more[1], NEVER_REACHED)
        if fetch is None or fetch.group_for(position, move.target, required) is None:
            own = self.field_sets.cost(position, move.key, wave - 1, Reuse.FETCHES)
            fetches, fields = fetches + own[0], fields + own[1]
        if fields >= NEVER_REACHED:
            return None
        cost = Cost(
            max(0, wave - chooser.horizon),
            fetches + (fetch is None),
            self._may_fail(position.type_name, move),
            wave,
            -chooser.demand[move.target.subgraph],
            fields,
        )
        return Option(
            cost, lambda used: chooser.opener.open_entity(position, move, wave, edge, used)
        )

    def _may_fail(self, type_name: str, move: EntityMove) -> bool:
        """Tell whether a field of the key may be null where entities of a type are entered."""
        memo = type_name, move
        if memo not in self._nullable:
            types = self._reach.graph.types
            self._nullable[memo] = any(types.may_be_null(type_name, one.name) for one in move.key)
        return self._nullable[memo]
