"""Choose for each leaf the cheapest way to fetch it, given what is fetched already.

Leaves with only one subgraph to go to come first, those reached latest before the others: so the
fetches that must be made stand before anything has a choice, and what has a choice joins them.
Cost: fewest sequential waves, then fewest fetches, then the earlier wave, then fewest fields.
Nothing is ever taken back.

With `@defer`, leaves are chosen block by block (defer_blocks.py). A deferred block makes fetches of
its own, entering the objects that are there by their keys. See `Reuse` for what it may use of others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from reelgraph_federation.operations.conditions import NEVER, both, either, implies
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.planning.choose_inputs import InputChooser
from reelgraph_federation.planning.collect_leaves import Task, allocate
from reelgraph_federation.planning.defer_blocks import FIRST
from reelgraph_federation.planning.drafts import (
    FetchedField,
    GroupDraft,
    Item,
    Leaf,
    OpenSelection,
)
from reelgraph_federation.planning.errors import NoPathError
from reelgraph_federation.planning.fewer_calls import UNCONSTRAINED, Constraints
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.open_selections import SelectionOpener
from reelgraph_federation.planning.option import Option
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import Condition
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.selection_options import SelectionOptions
from reelgraph_federation.query_graph import FieldEdge

LAST_WAVE = 1 << 20
_FIRST_ALONE: frozenset[DeferSet] = frozenset((FIRST,))


class Chooser:
    """Puts fetches together. `options` tells what each option costs; this class takes the cheapest."""

    def __init__(
        self, reach: Reach, horizon: int, section: int, constraints: Constraints = UNCONSTRAINED
    ) -> None:
        self.reach = reach
        self.constraints = constraints
        self.horizon = horizon
        self.block: DeferSet = FIRST
        self.available = _FIRST_ALONE
        """The block being planned, with those that it may build on."""
        self.fetched_early = 0
        """How many deferred fields had to be added to fetches made before."""
        self.demand: Counter[str] = Counter()
        """How many leaves can only go to a subgraph."""
        self._task: Task | None = None
        self.changes = 0
        """Counts the open selections and the fields in them: costs found before a change are stale."""
        self.opener = SelectionOpener(self, section)
        self.options = SelectionOptions(self)
        self.inputs = InputChooser(self)

    def choose(
        self, tasks: list[Task], objects: list[Position], *, early_first: bool = False
    ) -> None:
        """Fetch every leaf, and let every object be there whatever is skipped of it."""
        self.demand.clear()
        self.demand.update(task.subgraph for task in tasks if not task.has_choice)
        sign = 1 if early_first else -1
        for task in sorted(tasks, key=lambda one: (one.has_choice, sign * one.wave)):
            self._task = task
            self.commit(task.position, task.leaf, LAST_WAVE, Reuse.NOTHING)
        for position in objects:
            if position.parent is not None:
                self.ensure(position, LAST_WAVE, Reuse.NOTHING)

    @property
    def at(self) -> tuple[str, str]:
        """The coordinate and the path of the client's field that a path is looked for."""
        if self._task is None:
            return "", ""
        position = self._task.position
        return f"{position.type_name}.{self._task.leaf.name}", position.path()

    def enter_block(
        self, block: DeferSet, available: frozenset[DeferSet], tasks: list[Task]
    ) -> None:
        """Go on with a block, whose leaves are given."""
        self.block, self.available = block, available
        self.changes += 1
        for task in tasks:
            wave = task.wave
            if block:
                # Entering again what stands there takes a wave that reaching it alone does not.
                wave += 1 + self.options.entity_moves.waves_late(task.position)
            self.horizon = max(self.horizon, wave)

    # Fields ------------------------------------------------------------------------------------

    def commit(
        self, position: Position, leaf: Leaf, latest: int, reuse: Reuse = Reuse.FETCHES
    ) -> FetchedField:
        """Fetch a leaf field at a position, not later than in a wave.

        `reuse` is `NOTHING` for what the client selects: in a deferred block that gets fetches of its
        own, while inputs may as well be added to fetches made before.
        """
        ident = Ident(leaf.name, leaf.arguments.text, leaf.tag)
        fetched = self.find_fetched(position, ident, latest)
        if fetched is None:
            option = self.first_option(
                reuse, lambda free: self.options.for_field(position, leaf.name, latest, free)
            )
            if option is None:
                raise NoPathError(f"{position.type_name}.{leaf.name}", position.path())
            opened = option.make(leaf.condition)
            fetched = self._select(position, opened, leaf, ident)
        self.use(fetched.opened, leaf.condition, leaf.name)
        item = fetched.item
        item.condition = either(item.condition, leaf.condition)
        item.order = min(item.order, leaf.order)
        position.names.setdefault(ident, item.key)
        return fetched

    def find_fetched(self, position: Position, ident: Ident, latest: int) -> FetchedField | None:
        """Return how a leaf is fetched already, at this position or for all types at once."""
        for fetched in position.fetched_fields.get(ident, ()):
            if fetched.opened.wave <= latest and fetched.opened.fetch.defer in self.available:
                return fetched
        for wider in position.wider():
            for fetched in wider.fetched_fields.get(ident, ()):
                if position.names.get(ident, fetched.item.key) != fetched.item.key:
                    continue
                opened = fetched.opened
                is_usable = opened.wave <= latest and opened.fetch.defer in self.available
                if is_usable and (
                    wider.is_joint
                    or opened.node.is_interface_object
                    or opened.node.cast(position.type_name) is not None
                ):
                    return fetched
        return None

    def _select(
        self, position: Position, opened: OpenSelection, leaf: Leaf, ident: Ident
    ) -> FetchedField:
        key = allocate(self.reach, position, ident, leaf.preferred)
        item = opened.selection.items.get(key)
        if item is None:
            item = opened.selection.items[key] = Item(
                key, leaf.name, NEVER, leaf.arguments, leaf.directives, leaf.directive_variables,
                on=self.opener.conditions(opened, leaf.name, leaf.arguments),
            )  # fmt: skip
            self.inputs.fill(opened, item)
        item.order = min(item.order, leaf.order)
        self.opener.note_requirement(opened, leaf.name, key)
        fetched = FetchedField(opened, item)
        position.fetched_fields.setdefault(ident, []).append(fetched)
        self.changes += 1
        return fetched

    # Open selections -------------------------------------------------------------------------------------

    def first_option(self, reuse: Reuse, find: Callable[[Reuse], Option | None]) -> Option | None:
        """Return the option found with the least reuse, from a given one on."""
        if self.block == FIRST:
            return find(Reuse.PATHS)
        for one in Reuse:
            option = find(one) if one >= reuse else None
            if option is not None:
                self.fetched_early += reuse == Reuse.NOTHING and one == Reuse.FETCHES
                return option
        return None

    def use(self, opened: OpenSelection, condition: Condition, name: str = "") -> OpenSelection:
        """Note under which condition an open selection is used; all that it builds on is used as well.

        `name` is the field that it is used for, if any.
        """
        if opened.group is not None and name:
            edge = self.reach.entry_edge(opened.node, name)
            if edge is not None:
                self.ask_inputs(opened, edge, condition)
        relative, absolute = opened.position.outside.relative, opened.position.absolute
        if implies(condition, opened.condition) and opened.absolute == absolute:
            return opened
        opened.condition = either(opened.condition, condition)
        opened.absolute = absolute
        if opened.group is not None:
            self._use_group(opened, opened.group, condition)
        elif opened.parent is not None and opened.item is not None:
            opened.item.condition = either(opened.item.condition, relative)
            self.use(opened.parent, relative, opened.item.name)
        elif opened.parent is not None:
            self.use(opened.parent, condition)
        else:
            absolute = both(opened.position.absolute, condition)
            opened.fetch.condition = either(opened.fetch.condition, absolute)
            if opened.fetch.root_position is not None:
                above = self.ensure(opened.position, opened.wave - 1)
                opened.fetch.waits_for.append(above.fetch)
        return opened

    def _use_group(self, opened: OpenSelection, group: GroupDraft, condition: Condition) -> None:
        absolute = both(opened.position.absolute, condition)
        group.condition = either(group.condition, absolute)
        opened.fetch.condition = either(opened.fetch.condition, absolute)
        self.inputs.refresh(group, opened.condition)

    def ask_inputs(self, opened: OpenSelection, edge: FieldEdge, condition: Condition) -> None:
        """Fetch what a field needs beyond the key, whenever the field is fetched."""
        group = opened.group
        assert group is not None
        shared = either(opened.condition, condition)
        if edge.requires:
            group.needed_by.setdefault(edge.requires, set())
            self.inputs.ask(group, edge.requires, False, condition, shared)
        for argument in edge.contexts:
            self.inputs.ask_context(group, argument, condition, shared)

    def typename(self, position: Position, condition: Condition, latest: int) -> FetchedField:
        """Fetch the runtime types at a position."""
        leaf = Leaf("__typename", "__typename", condition=condition)
        return self.commit(position.outside, leaf, latest)

    def ensure(
        self, position: Position, latest: int, reuse: Reuse = Reuse.FETCHES
    ) -> OpenSelection:
        """Select the field that leads to a position, whatever else is selected."""
        for opened in position.open_selections:
            is_usable = opened.wave <= latest and opened.fetch.defer in self.available
            if opened.item is not None and is_usable:
                return self.use(opened, NEVER)
        option = self.first_option(
            reuse, lambda free: self.options.for_arrival(position, latest, free)
        )
        if option is None:
            raise NoPathError(f"{position.type_name}", position.path())
        return self.use(option.make(NEVER), NEVER)
