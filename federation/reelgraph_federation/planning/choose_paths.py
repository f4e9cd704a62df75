"""Choose for each need the cheapest way to fetch it, given what is fetched already.

Needs with only one subgraph to go to come first, those reached latest before the others: so the
fetches that must be made stand before anything has a choice, and what has a choice joins them.
Cost: fewest sequential waves, then fewest fetches, then the earlier wave, then fewest fields.
Nothing is ever taken back.

With `@defer`, needs are chosen block by block (defer_blocks.py). A deferred block makes fetches of
its own, entering the objects that are there by their keys. See `Freedom` for what it may use of others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from reelgraph_federation.operations.conditions import NEVER, both, either, implies
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.planning.choose_inputs import InputChooser
from reelgraph_federation.planning.collect_needs import Task, allocate
from reelgraph_federation.planning.defer_blocks import FIRST
from reelgraph_federation.planning.drafts import (
    FetchDraft,
    GroupDraft,
    Item,
    Lane,
    Need,
    SelectionDraft,
    Supply,
)
from reelgraph_federation.planning.errors import NoPathError
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.lane_options import LaneOptions, Option
from reelgraph_federation.planning.nodes import ALWAYS, Condition
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.query_graph import FieldEdge, KeyEdge, TypeNode

LAST_WAVE = 1 << 20
_FIRST_ALONE: frozenset[DeferSet] = frozenset((FIRST,))


class Chooser:
    """Puts fetches together. `options` costs the ways; this class goes them."""

    def __init__(self, reach: Reach, horizon: int, section: int) -> None:
        self.reach = reach
        self.horizon = horizon
        self.section = section
        self.fetches: dict[tuple[str, int, Position | None, DeferSet], FetchDraft] = {}
        self.block: DeferSet = FIRST
        self.available = _FIRST_ALONE
        """The block being planned, with those that it may build on."""
        self.fetched_early = 0
        """How many deferred fields had to be added to fetches made before."""
        self.demand: Counter[str] = Counter()
        """How many needs can only go to a subgraph."""
        self.changes = 0
        """Counts the lanes and supplies made: costs found before a change are stale."""
        self.options = LaneOptions(self)
        self.inputs = InputChooser(self)

    def choose(
        self, tasks: list[Task], objects: list[Position], *, early_first: bool = False
    ) -> None:
        """Fetch every need, and let every object be there whatever is skipped of it."""
        self.demand.clear()
        self.demand.update(task.subgraph for task in tasks if not task.has_choice)
        sign = 1 if early_first else -1
        for task in sorted(tasks, key=lambda one: (one.has_choice, sign * one.wave)):
            self.commit(task.position, task.need, LAST_WAVE, Freedom.OWN)
        for position in objects:
            if position.parent is not None:
                self.ensure(position, LAST_WAVE, Freedom.OWN)

    def enter_block(
        self, block: DeferSet, available: frozenset[DeferSet], tasks: list[Task]
    ) -> None:
        """Go on with a block, whose needs are given."""
        self.block, self.available = block, available
        self.changes += 1
        for task in tasks:
            wave = task.wave
            if block:
                # Entering again what stands there takes a wave that reaching it alone does not.
                wave += 1 + self.options.waves_late(task.position)
            self.horizon = max(self.horizon, wave)

    # Fields ------------------------------------------------------------------------------------

    def commit(
        self, position: Position, need: Need, latest: int, freedom: Freedom = Freedom.OUTER
    ) -> Supply:
        """Have a leaf field fetched at a position, not later than in a wave.

        `freedom` is `OWN` for what the client selects: in a deferred block that gets fetches of its
        own, while inputs may as well be added to fetches made before.
        """
        ident = Ident(need.name, need.arguments.text, need.tag)
        supply = self.supplied(position, ident, latest)
        if supply is None:
            option = self.first_option(
                freedom, lambda free: self.options.for_field(position, need.name, latest, free)
            )
            if option is None:
                raise NoPathError(f"{position.type_name}.{need.name}", position.path())
            lane = option.make(need.condition)
            supply = self._select(position, lane, need, ident)
        self.use(supply.lane, need.condition, need.name)
        item = supply.item
        item.condition = either(item.condition, need.condition)
        item.order = min(item.order, need.order)
        position.names.setdefault(ident, item.key)
        return supply

    def supplied(self, position: Position, ident: Ident, latest: int) -> Supply | None:
        """Return how a leaf is fetched already, at this position or for all types at once."""
        for supply in position.supplies.get(ident, ()):
            if supply.lane.wave <= latest and supply.lane.fetch.defer in self.available:
                return supply
        if position.base is None:
            return None
        for supply in position.base.supplies.get(ident, ()):
            if position.names.get(ident, supply.item.key) != supply.item.key:
                continue
            node = supply.lane.node
            is_usable = supply.lane.wave <= latest and supply.lane.fetch.defer in self.available
            if is_usable and (
                node.is_interface_object or node.cast(position.type_name) is not None
            ):
                return supply
        return None

    def _select(self, position: Position, lane: Lane, need: Need, ident: Ident) -> Supply:
        key = allocate(self.reach, position, ident, need.preferred)
        item = lane.selection.items.get(key)
        if item is None:
            item = lane.selection.items[key] = Item(
                key, need.name, NEVER, need.arguments, need.directives, need.directive_variables
            )
            self.inputs.fill(lane, item)
        item.order = min(item.order, need.order)
        self.note_requirement(lane, need.name, key)
        supply = Supply(lane, item)
        position.supplies.setdefault(ident, []).append(supply)
        self.changes += 1
        return supply

    # Lanes -------------------------------------------------------------------------------------

    def first_option(
        self, freedom: Freedom, find: Callable[[Freedom], Option | None]
    ) -> Option | None:
        """Return the option found with the least freedom, from a given one on."""
        if self.block == FIRST:
            return find(Freedom.ANY)
        for one in Freedom:
            option = find(one) if one >= freedom else None
            if option is not None:
                self.fetched_early += freedom == Freedom.OWN and one == Freedom.OUTER
                return option
        return None

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

    def use(self, lane: Lane, condition: Condition, name: str = "") -> Lane:
        """Note under which condition a lane is used; all that it builds on is used as well.

        `name` is the field that it is used for, if any.
        """
        if lane.group is not None and name:
            edge = self.reach.entry_edge(lane.node, name)
            if edge is not None:
                self._need(lane, edge, condition)
        relative, absolute = lane.position.whole.relative, lane.position.absolute
        if implies(condition, lane.condition) and lane.absolute == absolute:
            return lane
        lane.condition = either(lane.condition, condition)
        lane.absolute = absolute
        if lane.group is not None:
            self._use_group(lane, lane.group, condition)
        elif lane.parent is not None and lane.item is not None:
            lane.item.condition = either(lane.item.condition, relative)
            self.use(lane.parent, relative, lane.item.name)
        elif lane.parent is not None:
            self.use(lane.parent, condition)
        else:
            absolute = both(lane.position.absolute, condition)
            lane.fetch.condition = either(lane.fetch.condition, absolute)
            if lane.fetch.root_position is not None:
                above = self.ensure(lane.position, lane.wave - 1)
                lane.fetch.waits_for.append(above.fetch)
        return lane

    def _use_group(self, lane: Lane, group: GroupDraft, condition: Condition) -> None:
        absolute = both(lane.position.absolute, condition)
        group.condition = either(group.condition, absolute)
        lane.fetch.condition = either(lane.fetch.condition, absolute)
        self.inputs.refresh(group, lane.condition)

    def _need(self, lane: Lane, edge: FieldEdge, condition: Condition) -> None:
        """Have what a field needs beyond the key fetched whenever the field is."""
        group = lane.group
        assert group is not None
        shared = either(lane.condition, condition)
        if edge.requires:
            group.needed_by.setdefault(edge.requires, set())
            self.inputs.ask(group, edge.requires, False, condition, shared)
        for argument in edge.contexts:
            self.inputs.ask_context(group, argument, condition, shared)

    def root_lane(self, position: Position, node: TypeNode) -> Lane:
        """Open a root fetch: at the root in wave 0, below it after what leads there."""
        below = position.parent is not None
        wave = 0
        if below:
            wave = 1 + min(self.reach.direct(position).values())
        where = position if below else None
        fetch = self.fetches.get((node.subgraph, wave, where, self.block))
        if fetch is None:
            fetch = self._fetch(node.subgraph, wave, where)
            fetch.kind = "query" if below else self.reach.kind
            fetch.root, fetch.root_position = SelectionDraft(), where
        assert fetch.root is not None
        return self._add_lane(Lane(position, node, fetch, fetch.root))

    def child_lane(self, position: Position, parent: Lane, node: TypeNode) -> Lane:
        """Select the field that leads to a position in a lane above it."""
        for lane in position.lanes:
            if lane.parent is parent and lane.node is node:
                return lane
        self.fetched_early += parent.fetch.defer != self.block
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
            self.inputs.fill(parent, item)
        assert item.selection is not None
        return self._add_lane(Lane(position, node, parent.fetch, item.selection, parent, item))

    def _add_lane(self, lane: Lane) -> Lane:
        lane.position.lanes.append(lane)
        self.changes += 1
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
        fetch = self.fetches.get((jump.target.subgraph, wave, None, self.block))
        if fetch is None:
            fetch = self._fetch(jump.target.subgraph, wave, None)
        group = fetch.group_for(position, jump.target, required)
        if group is None:
            group = self._open_group(fetch, position, jump)
            self._add_lane(Lane(position, jump.target, fetch, group.selection, group=group))
        lane = next(one for one in position.lanes if one.group is group)
        if edge is not None:
            self._need(lane, edge, used)
        if not any(is_key for _, is_key in group.asked):
            self.inputs.ask(group, jump.key, True, used, used)
        return lane

    def note_requirement(self, lane: Lane, name: str, key: str) -> None:
        """Remember which key needs what beyond the entity's key, for when that is missing."""
        if lane.group is not None:
            edge = self.reach.entry_edge(lane.node, name)
            if edge is not None and edge.requires in lane.group.needed_by:
                lane.group.needed_by[edge.requires].add(key)

    def _fetch(self, subgraph: str, wave: int, where: Position | None) -> FetchDraft:
        fetch = FetchDraft(self.section, subgraph, wave, len(self.fetches), defer=self.block)
        self.fetches[subgraph, wave, where, self.block] = fetch
        return fetch

    def _open_group(self, fetch: FetchDraft, position: Position, jump: KeyEdge) -> GroupDraft:
        """Open an entity group; branches on the way here need their runtime types known."""
        representation: str | None = jump.representation
        latest = fetch.wave - 1
        types = self.reach.graph.types
        if types.is_abstract(position.type_name) and jump.target.is_abstract:
            nodes = self.reach.closed(position)
            typename_wave = self.reach.field_wave(nodes, position.type_name, "__typename")
            representation = None if typename_wave <= latest else jump.representation
        group = GroupDraft(fetch, position, jump.target, representation, SelectionDraft())
        fetch.groups.append(group)
        if representation is None:
            group.supplies.append(self.typename(position, ALWAYS, latest))
        at: Position | None = position
        while at is not None:
            if at.base is not None:
                group.supplies.append(self.typename(at.base, ALWAYS, latest))
            at = at.whole.parent
        return group

    def typename(self, position: Position, condition: Condition, latest: int) -> Supply:
        """Have the runtime types at a position fetched."""
        need = Need("__typename", "__typename", condition=condition)
        return self.commit(position.whole, need, latest)

    def ensure(self, position: Position, latest: int, freedom: Freedom = Freedom.OUTER) -> Lane:
        """Have the field that leads to a position selected, whatever else is."""
        for lane in position.lanes:
            is_usable = lane.wave <= latest and lane.fetch.defer in self.available
            if lane.item is not None and is_usable:
                return self.use(lane, NEVER)
        option = self.first_option(
            freedom, lambda free: self.options.for_arrival(position, latest, free)
        )
        if option is None:
            raise NoPathError(f"{position.type_name}", position.path())
        return self.use(option.make(NEVER), NEVER)
