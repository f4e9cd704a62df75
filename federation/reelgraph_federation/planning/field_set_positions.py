"""Where the parts of a field set stand: the client's positions where these fit, else its own."""

from __future__ import annotations

from collections.abc import Sequence

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.operations.conditions import implies
from reelgraph_federation.operations.passes.merge_fields import parse_arguments
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments
from reelgraph_federation.planning.collect_leaves import allocate
from reelgraph_federation.planning.draft_plan import DraftPlan
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.query_plan import Condition


class FieldSetPositions:
    """Finds the positions of field sets, and makes those that nobody has selected yet."""

    def __init__(self, draft: DraftPlan, reach: Reach) -> None:
        self._draft = draft
        self._reach = reach

    def cases_of(
        self, position: Position, selection: Selection, latest: int
    ) -> list[Position] | None:
        """Return the fragments in which a selection must be asked, `None`: at the position."""
        types = self._reach.graph.types
        if selection.name and not types.is_abstract(position.type_name):
            return None
        closed = self._reach.closed(position)
        if not selection.name:
            possible = types.possible_set(position.type_name)
            if selection.on is None or possible <= types.possible_set(selection.on):
                return None
            names = [
                name
                for name in types.possible(selection.on)
                if name in possible and closed.can_be(name)
            ]
        elif selection.name == TYPENAME.name or self._is_for_all(position, selection, latest):
            return None
        else:
            names = [one for one in types.possible(position.type_name) if closed.may_be(one)]
        # What is only returned by subgraphs that are asked later cannot be there by then.
        known = [name for name in names if self._reach.narrow(closed, name).floor <= latest]
        return [position.within(name) for name in known]

    def _is_for_all(self, position: Position, selection: Selection, latest: int) -> bool:
        """Tell whether a field is asked for objects of all types at once, to be there in time."""
        reach, type_name, name = self._reach, position.type_name, selection.name
        nodes = reach.closed(position)
        if not reach.graph.types.has_field(type_name, name):
            return False
        if selection.children and reach.object_wave(nodes, type_name, selection) > latest:
            return reach.by_type_wave(nodes, type_name, selection) > latest
        return any(
            wave <= latest and (reach.has_plainly(node, name) or reach.entry_edge(node, name))
            for node, wave in nodes.items()
        )

    def child_for(
        self, position: Position, selection: Selection, needed: Condition | None = None
    ) -> Position:
        """Return the position of a composite field of a field set: the client's where it fits.

        It does not fit when the client may leave the field out while it is `needed`: what the
        client selects below it would be fetched in vain.
        """
        given = arguments_of(selection)
        for ident, child in position.children.items():
            same = (ident.name, ident.arguments) == (selection.name, given.text)
            if same and self._fits(child, needed):
                return child
        ref = self._reach.field_ref(position.type_name, selection.name)
        for wider in position.wider():
            for ident, child in wider.children.items():
                same = (ident.name, ident.arguments) == (selection.name, given.text)
                if same and child.type_name == ref.name and self._fits(child, needed):
                    return child
        return self._add_child(position, selection, given)

    def twin_of(self, position: Position) -> Position | None:
        """Return the position of a field set for what the client selects here, if there is one.

        There is where a field set was read before a part under `@defer` selects the same.
        """
        if position.enclosing is not None:
            twin = self.twin_of(position.enclosing)
            return twin.fragments.get(position.types) if twin is not None else None
        if position.parent is None or position.defer != self._draft.block:
            return position
        above = self.twin_of(position.parent)
        wanted = (position.name, position.arguments.text)
        for child in above.children.values() if above is not None else ():
            if child.source is None and (child.name, child.arguments.text) == wanted:
                return child
        return None

    def _add_child(self, position: Position, selection: Selection, given: Arguments) -> Position:
        ref = self._reach.field_ref(position.type_name, selection.name)
        ident = Ident(selection.name, given.text, "#")
        key = allocate(self._reach, position, ident, selection.name)
        child = Position(
            type_name=ref.name,
            keys=position.keys.below(key),
            parent=position,
            name=selection.name,
            ident=ident,
            arguments=given,
            key=key,
            list_depth=ref.list_depth,
            relative=(),
            defer=self._draft.block,
        )
        position.children[ident] = child
        return child

    def _fits(self, child: Position, needed: Condition | None) -> bool:
        if child.defer not in self._draft.available:
            return child.source is None
        return needed is None or child.source is None or implies(needed, child.source.condition)


def selects(fields: FieldSet, path: Sequence[tuple[str, str]]) -> bool:
    """Tell whether a field set has a leaf, given by the names and arguments of the fields to it."""
    for one in fields:
        if not one.name:
            if selects(one.children, path):
                return True
        elif (one.name, arguments_of(one).text) == path[0] and (
            selects(one.children, path[1:]) if path[1:] else not one.children
        ):
            return True
    return False


def arguments_of(selection: Selection) -> Arguments:
    """Return the arguments of a field in a field set."""
    return parse_arguments(selection.arguments) if selection.arguments else NO_ARGUMENTS
