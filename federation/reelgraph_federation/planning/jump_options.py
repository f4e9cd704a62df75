"""What it would cost to enter entities by a key, and in which wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelgraph_federation.planning.field_set_options import FieldSetOptions
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.option import Cost, Option, cheaper
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.waves import NEVER_REACHED
from reelgraph_federation.query_graph import FieldEdge, KeyEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser
    from reelgraph_federation.planning.lane_options import LaneOptions

LATER_WAVES = 3
"""How many waves later than the first one an entry is tried when there is no way to have it so soon."""


class JumpOptions:
    """Finds the cheapest entry; makes nothing itself."""

    def __init__(self, chooser: Chooser, lanes: LaneOptions) -> None:
        self._chooser = chooser
        self._lanes = lanes
        self._reach: Reach = chooser.reach
        self.field_sets = FieldSetOptions(chooser, lanes)
        self._nullable: dict[tuple[str, KeyEdge], bool] = {}

    def for_entry(
        self, position: Position, node: TypeNode, edge: FieldEdge, latest: int
    ) -> Option | None:
        """Return the cheapest entry into a node with what a field requires."""
        best: Option | None = None
        for jump in self._reach.entries(position.type_name, node):
            best = cheaper(best, self.for_jump(position, jump, edge, latest))
        return best

    def for_jump(
        self, position: Position, jump: KeyEdge, edge: FieldEdge | None, latest: int
    ) -> Option | None:
        """Return the cheapest entry by one key: in the first wave possible, or joining a fetch.

        `edge` is set where it is for a field that needs more than the key.
        """
        self._lanes.step()
        soonest = self._reach.jump_wave(position, jump)
        if edge is not None:
            soonest = max(soonest, 1 + self._reach.needs_wave(position, edge))
        if soonest > latest or soonest >= NEVER_REACHED:
            return None
        best: Option | None = None
        for wave in self._waves(position, jump.target.subgraph, soonest, latest):
            best = cheaper(best, self._jump_in(position, jump, edge, wave))
        if best is None:
            best = self._later_jump(position, jump, edge, range(soonest + 1, latest + 1))
        return best

    def _later_jump(
        self, position: Position, jump: KeyEdge, edge: FieldEdge | None, waves: range
    ) -> Option | None:
        """Return an entry later than the lower bound.

        The bound may be too low where what the entry needs shares a position with what the client
        selects, and there another node leads to it than the best.
        """
        for wave in waves[:LATER_WAVES]:
            option = self._jump_in(position, jump, edge, wave)
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
            later = {soonest + late, *(1 + lane.wave for lane in position.lanes)}
            joined += sorted({*later, *(wave + 1 for wave in later)})
        return [soonest, *(wave for wave in joined if soonest < wave <= latest)]

    def waves_late(self, position: Position) -> int:
        """Return how many waves after the first possible one a position, or one above, was reached."""
        at: Position | None = position
        while at is not None:
            lanes = [
                lane.wave
                for lane in self._chooser.opener.lanes(at)
                if self._lanes.is_usable(lane, Freedom.OUTER)
            ]
            if lanes:
                return max(0, min(lanes) - self._reach.direct(at).floor)
            at = at.whole.parent
        return 0

    def _jump_in(
        self, position: Position, jump: KeyEdge, edge: FieldEdge | None, wave: int
    ) -> Option | None:
        chooser = self._chooser
        if not chooser.way.may_call(jump.target.subgraph, wave):
            return None
        required = edge.requires if edge is not None else ()
        fetch = chooser.opener.fetches.get((jump.target.subgraph, wave, None, chooser.block))
        fetches, fields = self.field_sets.cost(position, required, wave - 1, Freedom.OWN)
        for argument in edge.contexts if edge is not None else ():
            more = self.field_sets.context_cost(position, argument, wave - 1)
            fetches, fields = fetches + more[0], min(fields + more[1], NEVER_REACHED)
        if fetch is None or fetch.group_for(position, jump.target, required) is None:
            own = self.field_sets.cost(position, jump.key, wave - 1, Freedom.OUTER)
            fetches, fields = fetches + own[0], fields + own[1]
        if fields >= NEVER_REACHED:
            return None
        cost = Cost(
            max(0, wave - chooser.horizon),
            fetches + (fetch is None),
            self._may_fail(position.type_name, jump),
            wave,
            -chooser.demand[jump.target.subgraph],
            fields,
        )
        return Option(cost, lambda used: chooser.opener.jump_lane(position, jump, wave, edge, used))

    def _may_fail(self, type_name: str, jump: KeyEdge) -> bool:
        """Tell whether a field of the key may be null where entities of a type are entered."""
        memo = type_name, jump
        if memo not in self._nullable:
            types = self._reach.graph.types
            self._nullable[memo] = any(types.may_be_null(type_name, one.name) for one in jump.key)
        return self._nullable[memo]
