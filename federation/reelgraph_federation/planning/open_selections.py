"""Open selections of fetches: start a fetch, select a field that leads down, enter entities by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelgraph_federation.operations.conditions import NEVER
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import Arguments
from reelgraph_federation.planning.drafts import (
    FetchDraft,
    GroupDraft,
    Item,
    OpenSelection,
    SelectionDraft,
)
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.query_graph import EntityMove, FieldEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser


class SelectionOpener:
    """Makes the fetches and the open selections in them, once an option was chosen."""

    def __init__(self, chooser: Chooser, section: int) -> None:
        self._chooser = chooser
        self._reach: Reach = chooser.reach
        self._section = section
        self.fetches: dict[tuple[str, int, Position | None, DeferSet], FetchDraft] = {}

    def open_selections(self, position: Position) -> list[OpenSelection]:
        """Return the open selections at a position; one also serves the fragments there."""
        if position.enclosing is not None:
            for opened in self.open_selections(position.enclosing):
                self._cast(position, opened)
        return position.open_selections

    def _cast(self, position: Position, opened: OpenSelection) -> None:
        node = opened.node.cast(position.type_name)
        if node is None or any(one.parent is opened for one in position.open_selections):
            return
        is_same = node is opened.node
        selection = opened.selection if is_same else opened.selection.cast(position.types)
        position.open_selections.append(
            OpenSelection(position, node, opened.fetch, selection, opened)
        )

    def open_root(self, position: Position, node: TypeNode) -> OpenSelection:
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
        return self._add_selection(OpenSelection(position, node, fetch, fetch.root))

    def open_field(
        self, position: Position, parent: OpenSelection, node: TypeNode
    ) -> OpenSelection:
        """Select the field that leads to a position in an open selection above it."""
        for opened in position.open_selections:
            if opened.parent is parent and opened.node is node:
                return opened
        self._chooser.fetched_early += parent.fetch.defer != self._chooser.block
        self.note_requirement(parent, position.name, position.key)
        item = parent.selection.items.get(position.key)
        if item is None:
            item = parent.selection.items[position.key] = Item(
                position.key,
                position.name,
                NEVER,
                position.arguments,
                selection=SelectionDraft(type_name=node.type_name),
                on=self.conditions(parent, position.name, position.arguments),
            )
            if position.source is not None:
                item.directives = position.source.directives
                item.directive_variables = position.source.directive_variables
                item.order = position.source.order
            self._chooser.inputs.fill(parent, item)
        assert item.selection is not None
        return self._add_selection(
            OpenSelection(position, node, parent.fetch, item.selection, parent, item)
        )

    def conditions(self, opened: OpenSelection, name: str, arguments: Arguments) -> tuple[str, ...]:
        """Return the type conditions for a field where several types stand."""
        if not opened.position.is_joint or opened.parent is None:
            return ()
        within, types = opened.parent.node, opened.position.types
        return self._reach.graph.type_conditions(within, types, name, bool(arguments.text))

    def _add_selection(self, opened: OpenSelection) -> OpenSelection:
        opened.position.open_selections.append(opened)
        self._chooser.changes += 1
        return opened

    def open_entity(
        self,
        position: Position,
        move: EntityMove,
        wave: int,
        edge: FieldEdge | None,
        used: Condition,
    ) -> OpenSelection:
        """Enter an entity by a key in a wave, with what the field of an edge needs besides."""
        required = edge.requires if edge is not None else ()
        fetch = self.fetches.get((move.target.subgraph, wave, None, self._chooser.block))
        if fetch is None:
            fetch = self._fetch(move.target.subgraph, wave, None)
        group = fetch.group_for(position, move.target, required)
        if group is None:
            group = self._open_group(fetch, position, move)
            self._add_selection(
                OpenSelection(position, move.target, fetch, group.selection, group=group)
            )
        opened = next(one for one in position.open_selections if one.group is group)
        if edge is not None:
            self._chooser.ask_inputs(opened, edge, used)
        if not any(is_key for _, is_key in group.asked):
            self._chooser.inputs.ask(group, move.key, True, used, used)
        return opened

    def note_requirement(self, opened: OpenSelection, name: str, key: str) -> None:
        """Remember which key needs what beyond the entity's key, for when that is missing."""
        if opened.group is not None:
            edge = self._reach.entry_edge(opened.node, name)
            if edge is not None and edge.requires in opened.group.needed_by:
                opened.group.needed_by[edge.requires].add(key)

    def _fetch(self, subgraph: str, wave: int, where: Position | None) -> FetchDraft:
        fetch = FetchDraft(
            self._section, subgraph, wave, len(self.fetches), defer=self._chooser.block
        )
        self.fetches[subgraph, wave, where, self._chooser.block] = fetch
        return fetch

    def _open_group(self, fetch: FetchDraft, position: Position, move: EntityMove) -> GroupDraft:
        """Open an entity group; fragments on the path here need their runtime types known."""
        representation: str | None = move.representation
        latest = fetch.wave - 1
        types = self._reach.graph.types
        if types.is_abstract(position.type_name) and move.target.is_abstract:
            nodes = self._reach.closed(position)
            typename_wave = self._reach.field_wave(nodes, position.type_name, "__typename")
            representation = None if typename_wave <= latest else move.representation
        group = GroupDraft(fetch, position, move.target, representation, SelectionDraft())
        fetch.groups.append(group)
        if representation is None:
            group.fetched_fields.append(self._chooser.typename(position, ALWAYS, latest))
        at: Position | None = position
        while at is not None:
            if at.enclosing is not None:
                group.fetched_fields.append(self._chooser.typename(at.enclosing, ALWAYS, latest))
            at = at.outside.parent
        return group
