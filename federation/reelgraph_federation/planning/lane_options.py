"""What it would cost to fetch a field, or to open a lane, given the fetches there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reelgraph_federation.planning.drafts import Lane
from reelgraph_federation.planning.errors import PlanningBudgetError
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.jump_options import JumpOptions
from reelgraph_federation.planning.nodes import Condition
from reelgraph_federation.planning.option import Cost, Option, cheaper
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.query_graph import TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser

STEPS_ALLOWED = 1_000_000


class LaneOptions:
    """Finds the cheapest option; makes nothing itself."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self._reach: Reach = chooser.reach
        self.jumps = JumpOptions(chooser, self)
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

    def is_usable(self, lane: Lane, freedom: Freedom) -> bool:
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
        self.step()
        there = [
            lane
            for lane in self._chooser.opener.lanes(position)
            if lane.wave <= latest
            and self.has_plainly(lane.node, name)
            and self.is_usable(lane, freedom)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for node, wave in self._reach.direct(position).items():
            if wave <= latest and self.has_plainly(node, name):
                best = cheaper(best, self.for_lane(position, node, latest, freedom))
        if best is not None and best.cost.is_free:
            return best
        for offer in self._reach.offers(position, name):
            if offer.entry is not None:
                entry = self.jumps.for_entry(position, offer.node, offer.entry, latest)
                best = cheaper(best, entry)
            elif offer.wave <= latest:
                best = cheaper(best, self.for_lane(position, offer.node, latest, freedom))
        return best

    def _for_lane(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Option | None:
        self.step()
        there = [
            lane
            for lane in self._chooser.opener.lanes(position)
            if lane.node is node and lane.wave <= latest and self.is_usable(lane, freedom)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for option in self._arrivals(position, node, latest, freedom):
            best = cheaper(best, option)
            if best is not None and best.cost.is_free:
                return best
        for jump in self._reach.graph.jumps_into(position.type_name, node):
            best = cheaper(best, self.jumps.for_jump(position, jump, None, latest))
        return best

    def for_arrival(self, position: Position, latest: int, freedom: Freedom) -> Option | None:
        """Return the cheapest lane at a position that its own field leads to."""
        best: Option | None = None
        for nodes in (self._reach.direct(position), self._reach.closed(position)):
            for node in nodes:
                for option in self._own_arrivals(position, node, latest, freedom):
                    best = cheaper(best, option)
            if best is not None:
                return best
        return None

    def _arrivals(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        yield from self._own_arrivals(position, node, latest, freedom)
        is_query = position.type_name == self._reach.graph.supergraph.query_type
        if is_query and position.parent is not None and self._may_arrive(position, freedom):
            yield from self._root_arrival(position, node)

    def _may_arrive(self, position: Position, freedom: Freedom) -> bool:
        return freedom == Freedom.ANY or position.defer == self._chooser.block

    def _own_arrivals(
        self, position: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        if position.base is not None:
            yield from self._cast_arrivals(position, position.base, node, latest, freedom)
        elif position.parent is None:
            yield from self._root_arrival(position, node)
        elif self._may_arrive(position, freedom):
            yield from self._field_arrivals(position, position.parent, node, latest, freedom)

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
            is_new = (node.subgraph, wave, where, chooser.block) not in chooser.opener.fetches
            if not chooser.way.may_call(node.subgraph, wave):
                return
            over = max(0, wave - chooser.horizon)
            cost = Cost(over, int(is_new), 0, wave, -chooser.demand[node.subgraph], 0)
            yield Option(cost, lambda _: chooser.opener.root_lane(position, node))

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
            lanes = self._chooser.opener.lanes(position)
            return next(lane for lane in lanes if lane.parent is above)

        return make

    def _field_arrivals(
        self, position: Position, parent: Position, node: TypeNode, latest: int, freedom: Freedom
    ) -> Iterator[Option | None]:
        for lane in self._chooser.opener.lanes(parent):
            if lane.wave > latest or not self.is_usable(lane, freedom):
                continue
            edge = self._reach.plain_edge(lane.node, position.name)
            if edge is not None and edge.target is node:
                option = self._existing(lane)
                yield self._then_field(position, node, option)
        for offer in self._reach.arrivals(position, node):
            if offer.entry is not None:
                entry = self.jumps.for_entry(parent, offer.node, offer.entry, latest)
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
            return self._chooser.opener.child_lane(position, above, node)

        return Option(option.cost.plus_field(), make)

    def _existing(self, lane: Lane) -> Option:
        over = max(0, lane.wave - self._chooser.horizon)
        demand = -self._chooser.demand[lane.node.subgraph]
        return Option(Cost(over, 0, 0, lane.wave, demand, 0), lambda _: lane)

    def has_plainly(self, node: TypeNode, name: str) -> bool:
        """Tell whether whoever stands at a node can select a field."""
        if name == "__typename":
            return not node.is_interface_object
        return self._reach.plain_edge(node, name) is not None

    def step(self) -> None:
        """Count one step of the search."""
        self._steps += 1
        if self._steps > STEPS_ALLOWED:
            raise PlanningBudgetError(STEPS_ALLOWED, *self._chooser.at)
