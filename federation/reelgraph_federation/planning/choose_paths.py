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
    GroupDraft,
    Item,
    Lane,
    Need,
    Supply,
)
from reelgraph_federation.planning.errors import NoPathError
from reelgraph_federation.planning.fewer_calls import AS_IT_IS, Way
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.lane_options import LaneOptions
from reelgraph_federation.planning.nodes import Condition
from reelgraph_federation.planning.open_lanes import LaneOpener
from reelgraph_federation.planning.option import Option
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.query_graph import FieldEdge

LAST_WAVE = 1 << 20
_FIRST_ALONE: frozenset[DeferSet] = frozenset((FIRST,))


class Chooser:
    """Puts fetches together. `options` costs the ways; this class goes them."""

    def __init__(self, reach: Reach, horizon: int, section: int, way: Way = AS_IT_IS) -> None:
        self.reach = reach
        self.way = way
        self.horizon = horizon
        self.block: DeferSet = FIRST
        self.available = _FIRST_ALONE
        """The block being planned, with those that it may build on."""
        self.fetched_early = 0
        """How many deferred fields had to be added to fetches made before."""
        self.demand: Counter[str] = Counter()
        """How many needs can only go to a subgraph."""
        self._task: Task | None = None
        self.changes = 0
        """Counts the lanes and supplies made: costs found before a change are stale."""
        self.opener = LaneOpener(self, section)
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
            self._task = task
            self.commit(task.position, task.need, LAST_WAVE, Freedom.OWN)
        for position in objects:
            if position.parent is not None:
                self.ensure(position, LAST_WAVE, Freedom.OWN)

    @property
    def at(self) -> tuple[str, str]:
        """The coordinate and the path of the client's field that a way is looked for."""
        if self._task is None:
            return "", ""
        position = self._task.position
        return f"{position.type_name}.{self._task.need.name}", position.path()

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
                wave += 1 + self.options.jumps.waves_late(task.position)
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
        self.opener.note_requirement(lane, need.name, key)
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

    def use(self, lane: Lane, condition: Condition, name: str = "") -> Lane:
        """Note under which condition a lane is used; all that it builds on is used as well.

        `name` is the field that it is used for, if any.
        """
        if lane.group is not None and name:
            edge = self.reach.entry_edge(lane.node, name)
            if edge is not None:
                self.need_more(lane, edge, condition)
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

    def need_more(self, lane: Lane, edge: FieldEdge, condition: Condition) -> None:
        """Have what a field needs beyond the key fetched whenever the field is."""
        group = lane.group
        assert group is not None
        shared = either(lane.condition, condition)
        if edge.requires:
            group.needed_by.setdefault(edge.requires, set())
            self.inputs.ask(group, edge.requires, False, condition, shared)
        for argument in edge.contexts:
            self.inputs.ask_context(group, argument, condition, shared)

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
