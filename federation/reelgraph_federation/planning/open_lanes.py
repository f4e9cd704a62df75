"""Open lanes: start a fetch, select a field that leads down, enter entities by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelgraph_federation.operations.conditions import NEVER
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.planning.drafts import (
    FetchDraft,
    GroupDraft,
    Item,
    Lane,
    SelectionDraft,
)
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.nodes import ALWAYS, Condition
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.query_graph import FieldEdge, KeyEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser


class LaneOpener:
    """Makes the fetches and the lanes in them, once an option was chosen."""

    def __init__(self, chooser: Chooser, section: int) -> None:
        self._chooser = chooser
        self._reach: Reach = chooser.reach
        self._section = section
        self.fetches: dict[tuple[str, int, Position | None, DeferSet], FetchDraft] = {}

    def lanes(self, position: Position) -> list[Lane]:
        """Return the lanes at a position; a lane at a base position also serves its branches."""
        if position.base is not None:
            for lane in self.lanes(position.base):
                self._cast_lane(position, lane)
        return position.lanes

    def _cast_lane(self, position: Position, lane: Lane) -> None:
        node = lane.node.cast(position.type_name)
        if node is None or any(one.parent is lane for one in position.lanes):
            return
        is_same = node is lane.node
        selection = lane.selection if is_same else lane.selection.cast(position.type_name)
        position.lanes.append(Lane(position, node, lane.fetch, selection, lane))

    def root_lane(self, position: Position, node: TypeNode) -> Lane:
        """Open a root fetch: at the root in wave 0, below it after what leads there."""
        below = position.parent is not None
        wave = 0
        if below:
            wave = 1 + min(self._reach.direct(position).values())
        where = position if below else None
        fetch = self.fetches.get((node.subgraph, wave, where, self._chooser.block))
        if fetch is None:
            fetch = self._fetch(node.subgraph, wave, where)
            fetch.kind = "query" if below else self._reach.kind
            fetch.root, fetch.root_position = SelectionDraft(), where
        assert fetch.root is not None
        return self._add_lane(Lane(position, node, fetch, fetch.root))

    def child_lane(self, position: Position, parent: Lane, node: TypeNode) -> Lane:
        """Select the field that leads to a position in a lane above it."""
        for lane in position.lanes:
            if lane.parent is parent and lane.node is node:
                return lane
        self._chooser.fetched_early += parent.fetch.defer != self._chooser.block
        self.note_requirement(parent, position.name, position.key)
        item = parent.selection.items.get(position.key)
        if item is None:
            item = parent.selection.items[position.key] = Item(
                position.key, position.name, NEVER, position.arguments, selection=SelectionDraft()
            )
            if position.source is not None:
                item.directives = position.source.directives
                item.directive_variables = position.source.directive_variables
                item.order = position.source.order
            self._chooser.inputs.fill(parent, item)
        assert item.selection is not None
        return self._add_lane(Lane(position, node, parent.fetch, item.selection, parent, item))

    def _add_lane(self, lane: Lane) -> Lane:
        lane.position.lanes.append(lane)
        self._chooser.changes += 1
        return lane

    def jump_lane(
        self,
        position: Position,
        jump: KeyEdge,
        wave: int,
        edge: FieldEdge | None,
        used: Condition,
    ) -> Lane:
        """Enter an entity by a key in a wave, with what the field of an edge needs besides."""
        required = edge.requires if edge is not None else ()
        fetch = self.fetches.get((jump.target.subgraph, wave, None, self._chooser.block))
        if fetch is None:
            fetch = self._fetch(jump.target.subgraph, wave, None)
        group = fetch.group_for(position, jump.target, required)
        if group is None:
            group = self._open_group(fetch, position, jump)
            self._add_lane(Lane(position, jump.target, fetch, group.selection, group=group))
        lane = next(one for one in position.lanes if one.group is group)
        if edge is not None:
            self._chooser.need_more(lane, edge, used)
        if not any(is_key for _, is_key in group.asked):
            self._chooser.inputs.ask(group, jump.key, True, used, used)
        return lane

    def note_requirement(self, lane: Lane, name: str, key: str) -> None:
        """Remember which key needs what beyond the entity's key, for when that is missing."""
        if lane.group is not None:
            edge = self._reach.entry_edge(lane.node, name)
            if edge is not None and edge.requires in lane.group.needed_by:
                lane.group.needed_by[edge.requires].add(key)

    def _fetch(self, subgraph: str, wave: int, where: Position | None) -> FetchDraft:
        fetch = FetchDraft(
            self._section, subgraph, wave, len(self.fetches), defer=self._chooser.block
        )
        self.fetches[subgraph, wave, where, self._chooser.block] = fetch
        return fetch

    def _open_group(self, fetch: FetchDraft, position: Position, jump: KeyEdge) -> GroupDraft:
        """Open an entity group; branches on the way here need their runtime types known."""
        representation: str | None = jump.representation
        latest = fetch.wave - 1
        types = self._reach.graph.types
        if types.is_abstract(position.type_name) and jump.target.is_abstract:
            nodes = self._reach.closed(position)
            typename_wave = self._reach.field_wave(nodes, position.type_name, "__typename")
            representation = None if typename_wave <= latest else jump.representation
        group = GroupDraft(fetch, position, jump.target, representation, SelectionDraft())
        fetch.groups.append(group)
        if representation is None:
            group.supplies.append(self._chooser.typename(position, ALWAYS, latest))
        at: Position | None = position
        while at is not None:
            if at.base is not None:
                group.supplies.append(self._chooser.typename(at.base, ALWAYS, latest))
            at = at.whole.parent
        return group
