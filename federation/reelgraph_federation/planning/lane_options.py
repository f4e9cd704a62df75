"""What it would cost to fetch a field, or to open a lane, given the fetches there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from reelgraph_federation.planning.drafts import Lane
from reelgraph_federation.planning.errors import PlanningBudgetError
from reelgraph_federation.planning.field_set_options import FieldSetOptions
from reelgraph_federation.planning.find_paths import NEVER_REACHED, Reach
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.nodes import Condition
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.query_graph import FieldEdge, KeyEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser

STEPS_ALLOWED = 1_000_000


class Cost(NamedTuple):
    """What to pay, most important first."""

    over: int
    """Waves beyond those that the operation needs anyway."""
    fetches: int
    wave: int
    demand: int
    """Less than 0 for a fetch to a subgraph that fields without a choice will go to anyway."""
    fields: int

    def plus_field(self) -> Cost:
        """Return the cost with one field more."""
        return self._replace(fields=self.fields + 1)

    @property
    def is_free(self) -> bool:
        """Whether no wave and no fetch is added."""
        return self.over == 0 and self.fetches == 0


LATER_WAVES = 3
"""How many waves later than the first one an entry is tried when there is no way to have it so soon."""


class Option(NamedTuple):
    """A way to get a lane, and what it costs; `make` goes it, for a use under a condition."""

    cost: Cost
    make: Callable[[Condition], Lane]


class LaneOptions:
    """Finds the cheapest option; makes nothing itself."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self._reach: Reach = chooser.reach
        self.field_sets = FieldSetOptions(chooser, self)
        self._steps = 0
        self._epoch = 0
        self._fields: dict[tuple[Position, str, int, Freedom], Option | None] = {}
        self._lanes: dict[tuple[Position, TypeNode, int, Freedom], Option | None] = {}

    def for_field(
        self, position: Position, name: str, latest: int, freedom: Freedom
    ) -> Option | None:
        """Return the cheapest lane at a position from which a leaf can be selected."""
        self._forget()
        memo = (position, name, latest, freedom)
        if memo not in self._fields:
            self._fields[memo] = self._for_field(position, name, latest, freedom)
        return self._fields[memo]

    def for_lane(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Option | None:
        """Return the cheapest lane at a position on a node."""
        self._forget()
        memo = (position, node, latest, freedom)
        if memo not in self._lanes:
            self._lanes[memo] = self._for_lane(position, node, latest, freedom)
        return self._lanes[memo]

    def _is_usable(self, lane: Lane, freedom: Freedom) -> bool:
        """Tell whether the block being planned may add fields to a lane."""
        chooser = self._chooser
        if freedom == Freedom.OWN:
            return lane.fetch.defer == chooser.block
        return lane.fetch.defer in chooser.available

    def _forget(self) -> None:
        """Drop what was found before the last change to the fetches."""
        if self._epoch != self._chooser.changes:
            self._epoch = self._chooser.changes
            self._fields.clear()
            self._lanes.clear()

    def _for_field(
        self, position: Position, name: str, latest: int, freedom: Freedom
    ) -> Option | None:
        self._step()
        there = [
            lane
            for lane in self._chooser.lanes(position)
            if lane.wave <= latest
            and self.has_plainly(lane.node, name)
            and self._is_usable(lane, freedom)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for node, wave in self._reach.direct(position).items():
            if wave <= latest and self.has_plainly(node, name):
                best = _cheaper(best, self.for_lane(position, node, latest, freedom))
        if best is not None and best.cost.is_free:
            return best
        for offer in self._reach.offers(position, name):
            if offer.entry is not None:
                entry = self.for_entry(position, offer.node, offer.entry, latest)
                best = _cheaper(best, entry)
            elif offer.wave <= latest:
                best = _cheaper(best, self.for_lane(position, offer.node, latest, freedom))
        return best

    def _for_lane(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Option | None:
        self._step()
        there = [
            lane
            for lane in self._chooser.lanes(position)
            if lane.node is node and lane.wave <= latest and self._is_usable(lane, freedom)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for option in self._arrivals(position, node, latest, freedom):
            best = _cheaper(best, option)
            if best is not None and best.cost.is_free:
                return best
        for jump in self._reach.graph.jumps_into(position.type_name, node):
            best = _cheaper(best, self.for_jump(position, jump, None, latest))
        return best

    def for_arrival(self, position: Position, latest: int, freedom: Freedom) -> Option | None:
        """Return the cheapest lane at a position that its own field leads to."""
        best: Option | None = None
        for nodes in (self._reach.direct(position), self._reach.closed(position)):
            for node in nodes:
                for option in self._arrivals(position, node, latest, freedom):
                    best = _cheaper(best, option)
            if best is not None:
                return best
        return None

    def for_entry(
        self, position: Position, node: TypeNode, edge: FieldEdge, latest: int
    ) -> Option | None:
        """Return the cheapest entry into a node with what a field requires."""
        best: Option | None = None
        for jump in self._reach.entries(position.type_name, node):
            best = _cheaper(best, self.for_jump(position, jump, edge, latest))
        return best

    def for_jump(
        self, position: Position, jump: KeyEdge, edge: FieldEdge | None, latest: int
    ) -> Option | None:
        """Return the cheapest entry by one key: in the first wave possible, or joining a fetch.

        `edge` is set where it is for a field that needs more than the key.
        """
        self._step()
        soonest = self._reach.jump_wave(position, jump)
        if edge is not None:
            soonest = max(soonest, 1 + self._reach.needs_wave(position, edge))
        if soonest > latest or soonest >= NEVER_REACHED:
            return None
        best: Option | None = None
        for wave in self._waves(position, jump.target.subgraph, soonest, latest):
            best = _cheaper(best, self._jump_in(position, jump, edge, wave))
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
            if (subgraph, wave, None, chooser.block) in chooser.fetches
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
                for lane in self._chooser.lanes(at)
                if self._is_usable(lane, Freedom.OUTER)
            ]
            if lanes:
                return max(0, min(lanes) - self._reach.direct(at).floor)
            at = at.whole.parent
        return 0

    def _jump_in(
        self, position: Position, jump: KeyEdge, edge: FieldEdge | None, wave: int
    ) -> Option | None:
        chooser = self._chooser
        required = edge.requires if edge is not None else ()
        fetch = chooser.fetches.get((jump.target.subgraph, wave, None, chooser.block))
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
            wave,
            -chooser.demand[jump.target.subgraph],
            fields,
        )
        return Option(cost, lambda used: chooser.jump_lane(position, jump, wave, edge, used))

    def _arrivals(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        if position.base is not None:
            yield from self._cast_arrivals(position, position.base, node, latest, freedom)
        elif position.parent is None:
            yield from self._root_arrival(position, node)
        elif freedom == Freedom.ANY or position.defer == self._chooser.block:
            yield from self._field_arrivals(position, position.parent, node, latest, freedom)
            if position.type_name == self._reach.graph.supergraph.query_type:
                yield from self._root_arrival(position, node)

    def _root_arrival(self, position: Position, node: TypeNode) -> Iterator[Option]:
        chooser = self._chooser
        below = position.parent is not None
        if below and node in self._reach.direct(position):
            return
        if chooser.block and not below and self._reach.kind != "query":
            return  # a mutation's fields run once
        roots = self._reach.graph.roots("query") if below else self._reach.roots
        if node in roots:
            wave = 1 + min(self._reach.direct(position).values()) if below else 0
            where = position if below else None
            is_new = (node.subgraph, wave, where, chooser.block) not in chooser.fetches
            over = max(0, wave - chooser.horizon)
            cost = Cost(over, int(is_new), wave, -chooser.demand[node.subgraph], 0)
            yield Option(cost, lambda _: chooser.root_lane(position, node))

    def _cast_arrivals(
        self, position: Position, base: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        for above, wave in self._reach.closed(base).items():
            if wave <= latest and above.cast(position.type_name) is node:
                option = self.for_lane(base, above, latest, freedom)
                if option is not None:
                    yield Option(option.cost, self._then_cast(position, option))

    def _then_cast(self, position: Position, option: Option) -> Callable[[Condition], Lane]:
        def make(used: Condition) -> Lane:
            above = option.make(used)
            lanes = self._chooser.lanes(position)
            return next(lane for lane in lanes if lane.parent is above)

        return make

    def _field_arrivals(
        self, position: Position, parent: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        for lane in self._chooser.lanes(parent):
            if lane.wave > latest or not self._is_usable(lane, freedom):
                continue
            edge = self._reach.plain_edge(lane.node, position.name)
            if edge is not None and edge.target is node:
                option = self._existing(lane)
                yield self._then_field(position, node, option)
        for offer in self._reach.arrivals(position, node):
            if offer.entry is not None:
                entry = self.for_entry(parent, offer.node, offer.entry, latest)
                yield self._then_field(position, node, entry)
            elif offer.wave <= latest:
                above = self.for_lane(parent, offer.node, latest, freedom)
                yield self._then_field(position, node, above)

    def _then_field(
        self, position: Position, node: TypeNode, option: Option | None
    ) -> Option | None:
        if option is None:
            return None

        def make(_: Condition) -> Lane:
            above = option.make(position.relative)
            return self._chooser.child_lane(position, above, node)

        return Option(option.cost.plus_field(), make)

    def _existing(self, lane: Lane) -> Option:
        over = max(0, lane.wave - self._chooser.horizon)
        demand = -self._chooser.demand[lane.node.subgraph]
        return Option(Cost(over, 0, lane.wave, demand, 0), lambda _: lane)

    def has_plainly(self, node: TypeNode, name: str) -> bool:
        """Tell whether whoever stands at a node can select a field."""
        if name == "__typename":
            return not node.is_interface_object
        return self._reach.plain_edge(node, name) is not None

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS_ALLOWED:
            raise PlanningBudgetError(STEPS_ALLOWED)


def _cheaper(one: Option | None, other: Option | None) -> Option | None:
    if one is None or (other is not None and other.cost < one.cost):
        return other
    return one
