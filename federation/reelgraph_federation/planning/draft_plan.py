"""A plan in progress: the fetches made so far, and which of their selections can take more fields.

Options read it to tell what something would cost; `SelectionOpener` adds to it what was chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.planning.collect_leaves import Task
from reelgraph_federation.planning.constraints import UNCONSTRAINED, Constraints
from reelgraph_federation.planning.defer_blocks import FIRST
from reelgraph_federation.planning.drafts import FetchDraft, FetchedField, OpenSelection
from reelgraph_federation.planning.errors import TooDearError
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.reuse import Reuse

_NOTHING = Reuse.NOTHING
_ALL = (Reuse.PATHS,)

_FetchKey: TypeAlias = tuple[str, int, Position | None, DeferSet]
"""What makes fields share a request: the subgraph, the wave, for a root operation below the root the
position that it fills, and the block. A plain tuple: it is looked up for each option."""


class DraftPlan:
    """The fetches of one attempt, block by block of `@defer`."""

    def __init__(self, constraints: Constraints = UNCONSTRAINED) -> None:
        self.constraints = constraints
        self.block: DeferSet = FIRST
        """The block being planned …"""
        self.available: frozenset[DeferSet] = frozenset((FIRST,))
        """… with those that it may build on."""
        self.last_wave = 0
        """The wave that the leaves of the blocks so far need, each taken alone: a lower bound."""
        self.demand: Counter[str] = Counter()
        """How many leaves of the block can only go to a subgraph."""
        self.changes = 0
        """Counts what was added: costs found before a change are stale."""
        self._fetches: dict[_FetchKey, FetchDraft] = {}
        self._selections: dict[Position, list[OpenSelection]] = {}
        self._fetched: dict[Position, dict[Ident, list[FetchedField]]] = {}

    # Reading -----------------------------------------------------------------------------------

    @property
    def fetches(self) -> list[FetchDraft]:
        """The fetches in the order in which they were thought of."""
        return list(self._fetches.values())

    def fetch_to(
        self, subgraph: str, wave: int, where: Position | None = None
    ) -> FetchDraft | None:
        """Return the block's fetch that further fields can join, `None` when there is none."""
        return self._fetches.get((subgraph, wave, where, self.block))

    def selections_at(self, position: Position) -> Sequence[OpenSelection]:
        """Return the open selections at a position, those for objects of all types among them."""
        own = self._selections.get(position)
        if own is None:
            own = self._selections[position] = []
        if position.enclosing is not None:
            for opened in self.selections_at(position.enclosing):
                node = opened.node.cast(position.type_name)
                if node is not None and not any(one.parent is opened for one in own):
                    is_same = node is opened.node
                    selection = (
                        opened.selection if is_same else opened.selection.cast(position.types)
                    )
                    own.append(
                        OpenSelection(
                            position=position,
                            node=node,
                            fetch=opened.fetch,
                            selection=selection,
                            parent=opened,
                        )
                    )
        return own

    def own_selections_at(self, position: Position) -> Sequence[OpenSelection]:
        """Return the open selections at a position that were looked at or made there."""
        return self._selections.get(position, ())

    def usable_at(
        self, position: Position, latest: int | None, reuse: Reuse
    ) -> Iterator[OpenSelection]:
        """Yield the open selections at a position that the block may add fields to in time."""
        return (one for one in self.selections_at(position) if self.is_usable(one, latest, reuse))

    def is_usable(
        self, opened: OpenSelection, latest: int | None, reuse: Reuse = Reuse.FETCHES
    ) -> bool:
        """Tell whether the block may add fields to an open selection, and these come in time."""
        if latest is not None and opened.fetch.wave > latest:
            return False
        if reuse is _NOTHING:
            return opened.fetch.defer == self.block
        return opened.fetch.defer in self.available

    def reuses(self, least: Reuse) -> Sequence[Reuse]:
        """Return how much of earlier fetches may be reused, the least first."""
        if self.block == FIRST:
            return _ALL
        return [reuse for reuse in Reuse if reuse >= least]

    def find_fetched(
        self, position: Position, ident: Ident, latest: int | None
    ) -> FetchedField | None:
        """Return how a leaf is fetched already, at this position or for more types at once."""
        for fetched in self.fetched_at(position, ident):
            if self.is_usable(fetched.opened, latest):
                return fetched
        if position.enclosing is None:
            return None  # nothing is wider
        for wider in position.wider():
            for fetched in self.fetched_at(wider, ident):
                if position.names.get(ident, fetched.item.key) != fetched.item.key:
                    continue
                node = fetched.opened.node
                if self.is_usable(fetched.opened, latest) and (
                    wider.is_joint
                    or node.is_interface_object
                    or node.cast(position.type_name) is not None
                ):
                    return fetched
        return None

    def fetched_at(self, position: Position, ident: Ident) -> Sequence[FetchedField]:
        """Return where a field is fetched for a position itself."""
        fields = self._fetched.get(position)
        return fields.get(ident, ()) if fields is not None else ()

    # Writing -----------------------------------------------------------------------------------

    def enter_block(
        self, block: DeferSet, available: frozenset[DeferSet], tasks: Iterable[Task]
    ) -> None:
        """Go on with a block, whose leaves are given."""
        self.block, self.available = block, available
        self.demand.clear()
        self.demand.update(task.subgraph for task in tasks if not task.has_choice)
        self.changes += 1

    def add_fetch(self, subgraph: str, wave: int, where: Position | None = None) -> FetchDraft:
        """Begin a fetch of the block; raises `TooDearError` beyond what the constraints allow."""
        fetch = FetchDraft(subgraph, wave, number=len(self._fetches), defer=self.block)
        self._fetches[subgraph, wave, where, self.block] = fetch
        if self.constraints.most is not None and self.block == FIRST:
            last = max(one.wave for one in self._fetches.values())
            if (last, len(self._fetches)) > self.constraints.most:
                raise TooDearError
        return fetch

    def add_selection(self, opened: OpenSelection) -> OpenSelection:
        """Let further fields use an open selection."""
        self._selections.setdefault(opened.position, []).append(opened)
        self.changes += 1
        return opened

    def add_fetched(self, position: Position, ident: Ident, fetched: FetchedField) -> FetchedField:
        """Remember that a field is fetched."""
        self._fetched.setdefault(position, {}).setdefault(ident, []).append(fetched)
        self.changes += 1
        return fetched
