"""What it would cost to fetch a field, or to open a selection, given the fetches there are."""

from __future__ import annotations

from collections.abc import Iterator

from reelgraph_federation.planning.bounds import in_time
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.drafts import OpenSelection
from reelgraph_federation.planning.field_set_options import FieldSetOptions
from reelgraph_federation.planning.field_set_positions import FieldSetPositions
from reelgraph_federation.planning.find_paths import Candidate, Reach
from reelgraph_federation.planning.move_options import MoveOptions
from reelgraph_federation.planning.option import (
    ByField,
    ByRoot,
    ByType,
    Cost,
    Existing,
    Option,
    cheaper,
)
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.search_budget import SearchBudget
from reelgraph_federation.query_graph import TypeNode


class SelectionOptions:
    """Finds the cheapest option; makes nothing itself.

    What a field set costs is asked of `FieldSetOptions`, which asks here what its leaves cost.
    """

    def __init__(
        self, draft: DraftPlan, reach: Reach, positions: FieldSetPositions, budget: SearchBudget
    ) -> None:
        self._draft = draft
        self._reach = reach
        self._budget = budget
        field_sets = FieldSetOptions(draft, reach, positions, self)
        self._moves = MoveOptions(draft, reach, field_sets, budget)
        self._changes = 0
        self._fields: dict[tuple[Position, str, int | None, Reuse], Option | None] = {}
        self._selections: dict[tuple[Position, TypeNode, int | None, Reuse], Option | None] = {}

    def for_field(
        self, position: Position, name: str, latest: int | None, reuse: Reuse
    ) -> Option | None:
        """Return the cheapest open selection at a position from which a leaf can be selected."""
        self._forget()
        memo = (position, name, latest, reuse)
        if memo not in self._fields:
            self._fields[memo] = self._for_field(position, name, latest, reuse)
        return self._fields[memo]

    def for_selection(
        self, position: Position, node: TypeNode, latest: int | None, reuse: Reuse
    ) -> Option | None:
        """Return the cheapest open selection at a position on a node."""
        self._forget()
        memo = (position, node, latest, reuse)
        if memo not in self._selections:
            self._selections[memo] = self._for_selection(position, node, latest, reuse)
        return self._selections[memo]

    def for_arrival(self, position: Position, latest: int | None, reuse: Reuse) -> Option | None:
        """Return the cheapest open selection at a position that its own field leads to."""
        best: Option | None = None
        for nodes in (self._reach.direct(position), self._reach.closed(position)):
            for node in nodes:
                for option in self._own_arrivals(position, node, latest, reuse):
                    best = cheaper(best, option)
            if best is not None:
                return best
        return None

    def _forget(self) -> None:
        """Drop what was found before the last change to the fetches."""
        if self._changes != self._draft.changes:
            self._changes = self._draft.changes
            self._fields.clear()
            self._selections.clear()

    def _for_field(
        self, position: Position, name: str, latest: int | None, reuse: Reuse
    ) -> Option | None:
        self._budget.step()
        there = [
            opened
            for opened in self._draft.selections_at(position)
            if self._reach.has_plainly(opened.node, name)
            and self._draft.is_usable(opened, latest, reuse)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for node, wave in self._reach.direct(position).items():
            if in_time(wave, latest) and self._reach.has_plainly(node, name):
                best = cheaper(best, self.for_selection(position, node, latest, reuse))
        if best is not None and best.cost.is_free:
            return best
        for candidate in self._reach.candidates(position, name):
            if candidate.entry is not None:
                best = cheaper(best, self._for_entry(position, candidate, latest, reuse))
            elif in_time(candidate.wave, latest):
                best = cheaper(best, self.for_selection(position, candidate.node, latest, reuse))
        return best

    def _for_selection(
        self, position: Position, node: TypeNode, latest: int | None, reuse: Reuse
    ) -> Option | None:
        self._budget.step()
        there = [
            one
            for one in self._draft.selections_at(position)
            if one.node is node and self._draft.is_usable(one, latest, reuse)
        ]
        if there:
            return self._existing(min(there, key=lambda one: one.wave))
        best: Option | None = None
        for option in self._arrivals(position, node, latest, reuse):
            best = cheaper(best, option)
            if best is not None and best.cost.is_free:
                return best
        for move in self._reach.graph.entity_moves_into(position.type_name, node):
            best = cheaper(best, self._moves.for_move(position, move, latest))
        return best

    def _for_entry(
        self, position: Position, candidate: Candidate, latest: int | None, reuse: Reuse
    ) -> Option | None:
        """Return the cheapest open selection for a field that needs more than its node."""
        edge = candidate.entry
        assert edge is not None
        entry = self._moves.for_entry(position, candidate.node, edge, latest)
        if not edge.contexts or edge.requires:
            return entry
        plain = self.for_selection(position, candidate.node, latest, reuse)
        inside = self._moves.in_context(position, edge, plain) if plain is not None else None
        return cheaper(entry, inside)

    def _existing(self, opened: OpenSelection) -> Option:
        cost = Cost(
            over=max(0, opened.wave - self._draft.last_wave),
            fetches=0,
            nullable_keys=0,
            wave=opened.wave,
            demand=-self._draft.demand[opened.node.subgraph],
            fields=0,
        )
        return Option(cost, Existing(opened))

    # Arrivals: without an entity move at the position itself -----------------------------------

    def _arrivals(
        self, position: Position, node: TypeNode, latest: int | None, reuse: Reuse
    ) -> Iterator[Option | None]:
        yield from self._own_arrivals(position, node, latest, reuse)
        is_root = self._reach.graph.kind_below(position.type_name) is not None
        if is_root and position.parent is not None and self._may_arrive(position, reuse):
            yield from self._root_arrival(position, node)

    def _own_arrivals(
        self, position: Position, node: TypeNode, latest: int | None, reuse: Reuse
    ) -> Iterator[Option | None]:
        if position.enclosing is not None:
            yield from self._type_arrivals(position, position.enclosing, node, latest, reuse)
        elif position.parent is None:
            yield from self._root_arrival(position, node)
        elif self._may_arrive(position, reuse):
            yield from self._field_arrivals(position, position.parent, node, latest, reuse)

    def _may_arrive(self, position: Position, reuse: Reuse) -> bool:
        return reuse == Reuse.PATHS or position.defer == self._draft.block

    def _root_arrival(self, position: Position, node: TypeNode) -> Iterator[Option]:
        draft, reach = self._draft, self._reach
        below = position.parent is not None
        if below and node in reach.direct(position):
            return
        if draft.block and not below and reach.kind != "query":
            return  # a mutation's fields run once
        kind = reach.graph.kind_below(position.type_name)
        if node not in (reach.graph.roots(kind) if below and kind else position.roots):
            return
        if below and kind == "mutation" and position.is_repeated:
            return  # one call for all objects would change things once where each should
        wave = 1 + min(reach.direct(position).values()) if below else 0
        if not draft.constraints.may_call(node.subgraph, wave):
            return
        fetch = draft.fetch_to(node.subgraph, wave, position if below else None)
        cost = Cost(
            over=max(0, wave - draft.last_wave),
            fetches=int(fetch is None),
            nullable_keys=0,
            wave=wave,
            demand=-draft.demand[node.subgraph],
            fields=0,
        )
        yield Option(cost, ByRoot(position, node, wave))

    def _type_arrivals(
        self,
        position: Position,
        enclosing: Position,
        node: TypeNode,
        latest: int | None,
        reuse: Reuse,
    ) -> Iterator[Option | None]:
        for above, wave in self._reach.closed(enclosing).items():
            if in_time(wave, latest) and above.cast(position.type_name) is node:
                option = self.for_selection(enclosing, above, latest, reuse)
                if option is not None:
                    yield Option(option.cost, ByType(position, option.opening))

    def _field_arrivals(
        self,
        position: Position,
        parent: Position,
        node: TypeNode,
        latest: int | None,
        reuse: Reuse,
    ) -> Iterator[Option | None]:
        for opened in self._draft.selections_at(parent):
            edge = self._reach.plain_edge(opened.node, position.name)
            if (
                edge is not None
                and edge.target is node
                and self._draft.is_usable(opened, latest, reuse)
            ):
                yield _then_field(position, node, self._existing(opened))
        for candidate in self._reach.arrivals(position, node):
            if candidate.entry is not None:
                entry = self._for_entry(parent, candidate, latest, reuse)
                yield _then_field(position, node, entry)
            elif in_time(candidate.wave, latest):
                above = self.for_selection(parent, candidate.node, latest, reuse)
                yield _then_field(position, node, above)


def _then_field(position: Position, node: TypeNode, above: Option | None) -> Option | None:
    if above is None:
        return None
    return Option(above.cost.plus_field(), ByField(position, node, above.opening))
