"""What it would cost to fetch a field, or to open a selection, given the fetches there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reelgraph_federation.planning.drafts import OpenSelection
from reelgraph_federation.planning.errors import PlanningBudgetError
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.move_options import MoveOptions
from reelgraph_federation.planning.option import Cost, Option, cheaper
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import Condition
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.query_graph import TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser

STEPS_ALLOWED = 1_000_000


class SelectionOptions:
    """Finds the cheapest option; makes nothing itself."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self._reach: Reach = chooser.reach
        self.entity_moves = MoveOptions(chooser, self)
        self._steps = 0
        self._epoch = 0
        self._fields: dict[tuple[Position, str, int, Reuse], Option | None] = {}
        self._selections: dict[tuple[Position, TypeNode, int, Reuse], Option | None] = {}

    def for_field(self, position: Position, name: str, latest: int, reuse: Reuse) -> Option | None:
        """Return the cheapest open selection at a position from which a leaf can be selected."""
        self._forget()
        memo = (position, name, latest, reuse)
        if memo not in self._fields:
            self._fields[memo] = self._for_field(position, name, latest, reuse)
        return self._fields[memo]

    def for_selection(
        self, position: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Option | None:
        """Return the cheapest open selection at a position on a node."""
        self._forget()
        memo = (position, node, latest, reuse)
        if memo not in self._selections:
            self._selections[memo] = self._for_selection(position, node, latest, reuse)
        return self._selections[memo]

    def is_usable(self, opened: OpenSelection, reuse: Reuse) -> bool:
        """Tell whether the block being planned may add fields to an open selection."""
        chooser = self._chooser
        if reuse == Reuse.NOTHING:
            return opened.fetch.defer == chooser.block
        return opened.fetch.defer in chooser.available

    def _forget(self) -> None:
        """Drop what was found before the last change to the fetches."""
        if self._epoch != self._chooser.changes:
            self._epoch = self._chooser.changes
            self._fields.clear()
            self._selections.clear()

    def _for_field(self, position: Position, name: str, latest: int, reuse: Reuse) -> Option | None:
        self.step()
        there = [
            opened
            for opened in self._chooser.opener.open_selections(position)
            if opened.wave <= latest
            and self.has_plainly(opened.node, name)
            and self.is_usable(opened, reuse)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for node, wave in self._reach.direct(position).items():
            if wave <= latest and self.has_plainly(node, name):
                best = cheaper(best, self.for_selection(position, node, latest, reuse))
        if best is not None and best.cost.is_free:
            return best
        for candidate in self._reach.candidates(position, name):
            if candidate.entry is not None:
                entry = self.entity_moves.for_entry(
                    position, candidate.node, candidate.entry, latest
                )
                best = cheaper(best, entry)
            elif candidate.wave <= latest:
                best = cheaper(best, self.for_selection(position, candidate.node, latest, reuse))
        return best

    def _for_selection(
        self, position: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Option | None:
        self.step()
        there = [
            opened
            for opened in self._chooser.opener.open_selections(position)
            if opened.node is node and opened.wave <= latest and self.is_usable(opened, reuse)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for option in self._arrivals(position, node, latest, reuse):
            best = cheaper(best, option)
            if best is not None and best.cost.is_free:
                return best
        for move in self._reach.graph.entity_moves_into(position.type_name, node):
            best = cheaper(best, self.entity_moves.for_move(position, move, None, latest))
        return best

    def for_arrival(self, position: Position, latest: int, reuse: Reuse) -> Option | None:
        """Return the cheapest open selection at a position that its own field leads to."""
        best: Option | None = None
        for nodes in (self._reach.direct(position), self._reach.closed(position)):
            for node in nodes:
                for option in self._own_arrivals(position, node, latest, reuse):
                    best = cheaper(best, option)
            if best is not None:
                return best
        return None

    def _arrivals(
        self, position: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Iterator[Option | None]:
        yield from self._own_arrivals(position, node, latest, reuse)
        is_query = position.type_name == self._reach.graph.supergraph.query_type
        if is_query and position.parent is not None and self._may_arrive(position, reuse):
            yield from self._root_arrival(position, node)

    def _may_arrive(self, position: Position, reuse: Reuse) -> bool:
        return reuse == Reuse.PATHS or position.defer == self._chooser.block

    def _own_arrivals(
        self, position: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Iterator[Option | None]:
        if position.enclosing is not None:
            yield from self._cast_arrivals(position, position.enclosing, node, latest, reuse)
        elif position.parent is None:
            yield from self._root_arrival(position, node)
        elif self._may_arrive(position, reuse):
            yield from self._field_arrivals(position, position.parent, node, latest, reuse)

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
            if not chooser.constraints.may_call(node.subgraph, wave):
                return
            over = max(0, wave - chooser.horizon)
            cost = Cost(over, int(is_new), 0, wave, -chooser.demand[node.subgraph], 0)
            yield Option(cost, lambda _: chooser.opener.open_root(position, node))

    def _cast_arrivals(
        self, position: Position, enclosing: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Iterator[Option | None]:
        for above, wave in self._reach.closed(enclosing).items():
            if wave <= latest and above.cast(position.type_name) is node:
                option = self.for_selection(enclosing, above, latest, reuse)
                if option is not None:
                    yield Option(option.cost, self._then_cast(position, option))

    def _then_cast(
        self, position: Position, option: Option
    ) -> Callable[[Condition], OpenSelection]:
        def make(used: Condition) -> OpenSelection:
            above = option.make(used)
            open_selections = self._chooser.opener.open_selections(position)
            return next(opened for opened in open_selections if opened.parent is above)

        return make

    def _field_arrivals(
        self, position: Position, parent: Position, node: TypeNode, latest: int, reuse: Reuse
    ) -> Iterator[Option | None]:
        for opened in self._chooser.opener.open_selections(parent):
            if opened.wave > latest or not self.is_usable(opened, reuse):
                continue
            edge = self._reach.plain_edge(opened.node, position.name)
            if edge is not None and edge.target is node:
                option = self._existing(opened)
                yield self._then_field(position, node, option)
        for candidate in self._reach.arrivals(position, node):
            if candidate.entry is not None:
                entry = self.entity_moves.for_entry(parent, candidate.node, candidate.entry, latest)
                yield self._then_field(position, node, entry)
            elif candidate.wave <= latest:
                above = self.for_selection(parent, candidate.node, latest, reuse)
                yield self._then_field(position, node, above)

    def _then_field(
        self, position: Position, node: TypeNode, option: Option | None
    ) -> Option | None:
        if option is None:
            return None

        def make(_: Condition) -> OpenSelection:
            above = option.make(position.relative)
            return self._chooser.opener.open_field(position, above, node)

        return Option(option.cost.plus_field(), make)

    def _existing(self, opened: OpenSelection) -> Option:
        over = max(0, opened.wave - self._chooser.horizon)
        demand = -self._chooser.demand[opened.node.subgraph]
        return Option(Cost(over, 0, 0, opened.wave, demand, 0), lambda _: opened)

    def has_plainly(self, node: TypeNode, name: str) -> bool:
        """Tell whether whoever stands at a node can select a field."""
        if name == "__typename":
            return not node.is_interface_object
        return self._reach.plain_edge(node, name) is not None

    def step(self) -> None:
        """Count one step of the search."""
        self._steps += 1
        self._reach.budget.step()
        if self._steps > STEPS_ALLOWED:
            raise PlanningBudgetError(STEPS_ALLOWED, *self._chooser.at)
