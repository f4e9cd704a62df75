"""Open selections of fetches: start a fetch, select a field that leads down, enter entities by a key."""

from __future__ import annotations

from reelgraph_federation.operations.conditions import NEVER, both, either, implies
from reelgraph_federation.operations.tree import Arguments
from reelgraph_federation.planning.choose_inputs import FieldChooser, InputChooser
from reelgraph_federation.planning.collect_leaves import allocate
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.drafts import (
    FetchDraft,
    FetchedField,
    GroupDraft,
    Item,
    Leaf,
    OpenSelection,
    SelectionDraft,
)
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.option import (
    ByField,
    ByKey,
    ByRoot,
    ByType,
    Existing,
    InContext,
    Opening,
)
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.query_graph import EntityMove, TypeNode


class SelectionOpener:
    """Adds to a plan in progress what was chosen: fetches, selections in them, fields in those."""

    def __init__(
        self, draft: DraftPlan, reach: Reach, inputs: InputChooser, chooser: FieldChooser
    ) -> None:
        self._draft = draft
        self._reach = reach
        self._inputs = inputs
        self._chooser = chooser

    def open(self, opening: Opening, used: Condition) -> OpenSelection:
        """Do what an option takes, for a use under a condition."""
        match opening:
            case Existing(opened):
                return opened
            case ByField(position, node, above):
                return self._open_field(position, self.open(above, position.relative), node)
            case ByType(position, above):
                outer = self.open(above, used)
                selections = self._draft.selections_at(position)
                return next(opened for opened in selections if opened.parent is outer)
            case InContext(above, edge):
                opened = self.open(above, used)
                self._inputs.ask_for_field(opened, edge, used)
                return opened
            case ByRoot():
                return self._open_root(opening)
            case ByKey():
                return self._open_entity(opening, used)

    def select(
        self, position: Position, opened: OpenSelection, leaf: Leaf, ident: Ident
    ) -> FetchedField:
        """Add a leaf to an open selection."""
        key = allocate(self._reach, position, ident, leaf.preferred)
        item = opened.selection.items.get(key)
        if item is None:
            item = opened.selection.items[key] = Item(
                key,
                leaf.name,
                NEVER,
                arguments=leaf.arguments,
                directives=leaf.directives,
                directive_variables=leaf.directive_variables,
                on=self._conditions(opened, leaf.name, leaf.arguments),
            )
            self._inputs.fill(opened, item)
        item.order = min(item.order, leaf.order)
        self._note_requirement(opened, leaf.name, key)
        return self._draft.add_fetched(position, ident, FetchedField(opened, item))

    # Conditions --------------------------------------------------------------------------------

    def use(self, opened: OpenSelection, condition: Condition, name: str = "") -> OpenSelection:
        """Note under which condition an open selection is used, and all that it builds on with it.

        `name` is the field that it is used for, if any.
        """
        if name:
            edge = self._reach.entry_edge(opened.node, name)
            if edge is not None:
                self._inputs.ask_for_field(opened, edge, condition)
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
            self._use_root(opened, condition)
        return opened

    def _use_group(self, opened: OpenSelection, group: GroupDraft, condition: Condition) -> None:
        absolute = both(opened.position.absolute, condition)
        group.condition = either(group.condition, absolute)
        opened.fetch.condition = either(opened.fetch.condition, absolute)
        self._inputs.refresh(group, opened.condition)

    def _use_root(self, opened: OpenSelection, condition: Condition) -> None:
        absolute = both(opened.position.absolute, condition)
        opened.fetch.condition = either(opened.fetch.condition, absolute)
        if opened.fetch.root_position is not None:
            above = self._chooser.ensure(opened.position, opened.wave - 1)
            opened.fetch.waits_for.append(above.fetch)

    # Openings ----------------------------------------------------------------------------------

    def _open_root(self, opening: ByRoot) -> OpenSelection:
        """Open a root fetch: at the root in wave 0, below it after what leads there."""
        position, node, wave = opening
        where = position if position.parent is not None else None
        fetch = self._draft.fetch_to(node.subgraph, wave, where)
        if fetch is None:
            fetch = self._draft.add_fetch(node.subgraph, wave, where)
            below = self._reach.graph.kind_below(position.type_name)
            fetch.kind = below if where is not None and below else self._reach.kind
            fetch.root, fetch.root_position = SelectionDraft(), where
        assert fetch.root is not None
        return self._draft.add_selection(OpenSelection(position, node, fetch, fetch.root))

    def _open_field(
        self, position: Position, parent: OpenSelection, node: TypeNode
    ) -> OpenSelection:
        """Select the field that leads to a position in an open selection above it."""
        for opened in self._draft.own_selections_at(position):
            if opened.parent is parent and opened.node is node:
                return opened
        self._note_requirement(parent, position.name, position.key)
        item = parent.selection.items.get(position.key)
        if item is None:
            item = parent.selection.items[position.key] = Item(
                position.key,
                position.name,
                NEVER,
                arguments=position.arguments,
                selection=SelectionDraft(type_name=node.type_name),
                on=self._conditions(parent, position.name, position.arguments),
            )
            if position.source is not None:
                item.directives = position.source.directives
                item.directive_variables = position.source.directive_variables
                item.order = position.source.order
            self._inputs.fill(parent, item)
        assert item.selection is not None
        return self._draft.add_selection(
            OpenSelection(
                position=position,
                node=node,
                fetch=parent.fetch,
                selection=item.selection,
                parent=parent,
                item=item,
            )
        )

    def _conditions(
        self, opened: OpenSelection, name: str, arguments: Arguments
    ) -> tuple[str, ...]:
        """Return the type conditions for a field where several types stand."""
        if not opened.position.is_joint or opened.parent is None:
            return ()
        within, types = opened.parent.node, opened.position.types
        return self._reach.graph.type_conditions(within, types, name, bool(arguments.text))

    def _open_entity(self, opening: ByKey, used: Condition) -> OpenSelection:
        """Enter an entity by a key in a wave, with what the field of an edge needs besides."""
        position, move, wave, edge = opening
        required = edge.requires if edge is not None else ()
        fetch = self._draft.fetch_to(move.target.subgraph, wave)
        if fetch is None:
            fetch = self._draft.add_fetch(move.target.subgraph, wave)
        group = fetch.group_for(position, move.target, required)
        if group is None:
            group = self._open_group(fetch, position, move)
            self._draft.add_selection(
                OpenSelection(
                    position=position,
                    node=move.target,
                    fetch=fetch,
                    selection=group.selection,
                    group=group,
                )
            )
        selections = self._draft.own_selections_at(position)
        opened = next(one for one in selections if one.group is group)
        if edge is not None:
            self._inputs.ask_for_field(opened, edge, used)
        if not any(is_key for _, is_key in group.asked):
            self._inputs.ask(group, move.key, True, used, used)
        return opened

    def _note_requirement(self, opened: OpenSelection, name: str, key: str) -> None:
        """Remember which key needs what beyond the entity's key, for when that is missing."""
        if opened.group is not None:
            edge = self._reach.entry_edge(opened.node, name)
            if edge is not None and edge.requires in opened.group.needed_by:
                opened.group.needed_by[edge.requires].add(key)

    def _open_group(self, fetch: FetchDraft, position: Position, move: EntityMove) -> GroupDraft:
        """Open an entity group; fragments on the path here need their runtime types known."""
        representation: str | None = move.representation
        latest = fetch.wave - 1
        types = self._reach.graph.types
        if types.is_abstract(position.type_name) and move.target.is_abstract:
            nodes = self._reach.closed(position)
            typename_wave = self._reach.field_wave(nodes, position.type_name, "__typename")
            representation = None if typename_wave <= latest else move.representation
        group = GroupDraft(
            fetch=fetch,
            position=position,
            node=move.target,
            representation=representation,
            selection=SelectionDraft(),
        )
        fetch.groups.append(group)
        if representation is None:
            group.fetched_fields.append(self._inputs.typename(position, ALWAYS, latest))
        at: Position | None = position
        while at is not None:
            if at.enclosing is not None:
                group.fetched_fields.append(self._inputs.typename(at.enclosing, ALWAYS, latest))
            at = at.outside.parent
        return group
