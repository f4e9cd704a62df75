"""Choose for each leaf the cheapest way to fetch it, given what is fetched already.

How the search goes is told in `reelgraph_federation.planning`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reelgraph_federation.operations.conditions import NEVER, either
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.planning.choose_inputs import InputChooser
from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.drafts import FetchedField, Leaf, OpenSelection
from reelgraph_federation.planning.errors import NoPathError
from reelgraph_federation.planning.field_set_positions import FieldSetPositions, selects
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.move_options import waves_late
from reelgraph_federation.planning.open_selections import SelectionOpener
from reelgraph_federation.planning.option import Option, key_below, least_reuse
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.search_budget import SearchBudget
from reelgraph_federation.planning.selection_options import SelectionOptions


class Chooser:
    """Fills a plan in progress: asks what each leaf costs, and lets the cheapest option be opened.

    Opening may take further fields, those that entities are asked with; these are chosen in the same way
    (`commit` and `ensure`, the protocol `FieldChooser`).
    """

    def __init__(self, draft: DraftPlan, reach: Reach) -> None:
        self._draft = draft
        self._reach = reach
        self._budget = SearchBudget(reach.budget)
        self._positions = FieldSetPositions(draft, reach)
        self._options = SelectionOptions(draft, reach, self._positions, self._budget)
        inputs = InputChooser(reach, self._positions, self)
        self._opener = SelectionOpener(draft, reach, inputs, self)

    def fill_block(
        self,
        block: DeferSet,
        available: frozenset[DeferSet],
        tasks: list[Task],
        objects: Sequence[Position],
    ) -> None:
        """Fetch the leaves of a block of `@defer`, and let each object be there whatever is skipped of it."""
        draft = self._draft
        sure = [task for task in tasks if not task.position.doubts]
        draft.enter_block(block, available, sure)
        for task in sure:
            # Entering again what stands there takes a wave that reaching it alone does not.
            late = 1 + waves_late(draft, self._reach, task.position) if block else 0
            draft.last_wave = max(draft.last_wave, task.wave + late)
        sign = 1 if draft.constraints.early_first else -1
        sure.sort(key=lambda one: (one.has_choice, sign * one.wave))
        self._fetch(sure, (one for one in objects if not one.doubts))
        # Then what is only asked of types that come if one subgraph is asked: outer ones first.
        doubtful = [task for task in tasks if task.position.doubts]
        for doubts in sorted({task.position.doubts for task in doubtful}):
            self._fetch(
                (one for one in doubtful if one.position.doubts == doubts),
                (one for one in objects if one.doubts == doubts),
            )

    def _fetch(self, tasks: Iterable[Task], objects: Iterable[Position]) -> None:
        for task in tasks:
            if self._may_come(task.position):
                self._budget.task = task
                self.commit(task.position, task.leaf, None, Reuse.NOTHING)
        for position in objects:
            if position.parent is not None and self._may_come(position):
                self.ensure(position, None, Reuse.NOTHING)

    def _may_come(self, position: Position) -> bool:
        """Tell whether a subgraph is asked that can return the type of a doubtful fragment."""
        if not position.doubts:
            return True
        at = position
        while not at.is_doubtful:
            assert at.outside.parent is not None
            at = at.outside.parent
        return bool(self._draft.selections_at(at))

    def commit(
        self,
        position: Position,
        leaf: Leaf,
        latest: int | None,
        reuse: Reuse = Reuse.FETCHES,
    ) -> FetchedField:
        """Fetch a leaf at a position, not later than in a wave.

        `reuse` is `NOTHING` for what the client selects: in a deferred block that gets fetches of its
        own, while inputs may as well be added to fetches made before.
        """
        ident = Ident(leaf.name, leaf.arguments.text, leaf.tag)
        fetched = self._draft.find_fetched(position, ident, latest)
        if fetched is None:
            found = least_reuse(
                self._draft.reuses(reuse),
                lambda free: self._options.for_field(position, leaf.name, latest, free),
            )
            if found is None:
                raise NoPathError(f"{position.type_name}.{leaf.name}", position.path())
            option = found[0]
            if reuse == Reuse.NOTHING and self._draft.block and not leaf.directives:
                option = self._early_option(position, leaf, option) or option
            opened = self._opener.open(option.opening, leaf.condition)
            fetched = self._opener.select(position, opened, leaf, ident)
        self._opener.use(fetched.opened, leaf.condition, leaf.name)
        item = fetched.item
        item.condition = either(item.condition, leaf.condition)
        item.order = min(item.order, leaf.order)
        position.names.setdefault(ident, item.key)
        return fetched

    def _early_option(self, position: Position, leaf: Leaf, option: Option) -> Option | None:
        """Return how a deferred leaf joins an earlier fetch that brings it for another reason anyway.

        It is part of the key by which its objects would be entered again, or a field set has read it
        already. No call is made to defer what is there.
        """
        move, below = key_below(option.opening)
        path = [(one.name, one.arguments.text) for one in below]
        path.append((leaf.name, leaf.arguments.text))
        twin = self._positions.twin_of(position)
        ident = Ident(leaf.name, leaf.arguments.text)
        if not (move is not None and selects(move.move.key, path)) and (
            twin is None or self._draft.find_fetched(twin, ident, None) is None
        ):
            return None
        early = self._options.for_field(position, leaf.name, None, Reuse.FETCHES)
        return early if early is not None and early.cost.is_free else None

    def ensure(
        self, position: Position, latest: int | None, reuse: Reuse = Reuse.FETCHES
    ) -> OpenSelection:
        """Select the field that leads to a position, whatever else is selected."""
        for opened in self._draft.own_selections_at(position):
            if opened.item is not None and self._draft.is_usable(opened, latest):
                return self._opener.use(opened, NEVER)
        found = least_reuse(
            self._draft.reuses(reuse),
            lambda free: self._options.for_arrival(position, latest, free),
        )
        if found is None:
            raise NoPathError(position.type_name, position.path())
        return self._opener.use(self._opener.open(found[0].opening, NEVER), NEVER)
