"""What it would cost to fetch a field set at a position, and where its parts are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.operations.conditions import implies
from reelgraph_federation.operations.passes.merge_fields import parse_arguments
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments
from reelgraph_federation.planning.collect_leaves import allocate
from reelgraph_federation.planning.contexts import as_set_by, setter_of
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.keys import Ident
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.query_plan import Condition
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.waves import NEVER_REACHED
from reelgraph_federation.supergraph.model import ContextArgument

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser
    from reelgraph_federation.planning.selection_options import SelectionOptions

_TYPE = Selection(TYPENAME.name)
PENALTIES = {Reuse.FETCHES: 2, Reuse.PATHS: 100}
"""How many fetches more are worth making so that an input needs no more reuse than it should."""


class FieldSetOptions:
    """Costs field sets; makes no fetch, only positions where a field set needs its own."""

    def __init__(self, chooser: Chooser, open_selections: SelectionOptions) -> None:
        self._chooser = chooser
        self._selections = open_selections
        self._reach: Reach = chooser.reach

    def cost(
        self, position: Position, fields: FieldSet, latest: int, reuse: Reuse
    ) -> tuple[int, int]:
        """Return the fetches and fields to pay for a field set; too much when it cannot be had."""
        fetches = count = 0
        for selection in fields:
            for at, one in self._opened(position, selection, latest):
                if one.children:
                    child = self.child_for(at, one)
                    below = self.cost(child, one.children, latest, reuse)
                else:
                    below = self._leaf_cost(at, one, latest, reuse)
                fetches += below[0]
                count = min(count + below[1], NEVER_REACHED)
        return fetches, count

    def context_cost(
        self, position: Position, argument: ContextArgument, latest: int
    ) -> tuple[int, int]:
        """Return the fetches and fields to pay for a contextual argument's value."""
        types = self._reach.graph.types
        setter = setter_of(position, argument.context, types)
        if setter is None:
            return 0, NEVER_REACHED
        fields = as_set_by(argument.selection, setter.type_name, types)
        return self.cost(setter, fields, latest, Reuse.NOTHING)

    def _leaf_cost(
        self, position: Position, selection: Selection, latest: int, reuse: Reuse
    ) -> tuple[int, int]:
        ident = Ident(selection.name, arguments_of(selection).text)
        if self._chooser.find_fetched(position, ident, latest) is not None:
            return 0, 0
        if not self._chooser.block:
            reuse = Reuse.PATHS
        for more in Reuse:
            if more < reuse:
                continue
            option = self._selections.for_field(position, selection.name, latest, more)
            if option is not None:
                penalty = PENALTIES[more] if more > reuse else 0
                return option.cost.fetches + penalty, option.cost.fields + 1
        return 0, NEVER_REACHED

    def _opened(
        self, position: Position, selection: Selection, latest: int
    ) -> Iterator[tuple[Position, Selection]]:
        """Yield the fields of a selection, fragments opened, each at its position."""
        cases = self.cases_of(position, selection, latest)
        positions = [position] if cases is None else cases
        if cases is not None:
            yield position.outside, _TYPE  # which of the cases an object is
        if selection.name:
            for at in positions:
                yield at, selection
            return
        for at in positions:
            for child in selection.children:
                yield from self._opened(at, child, latest)

    def cases_of(
        self, position: Position, selection: Selection, latest: int
    ) -> list[Position] | None:
        """Return the fragments in which a selection must be asked, `None`: at the position."""
        types, reach = self._reach.graph.types, self._reach
        if not selection.name:
            possible = types.possible_set(position.type_name)
            if selection.on is None or possible <= types.possible_set(selection.on):
                return None
            names = [name for name in types.possible(selection.on) if name in possible]
        elif not types.is_abstract(position.type_name) or selection.name == TYPENAME.name:
            return None
        else:
            nodes = reach.closed(position)
            if types.has_field(position.type_name, selection.name) and any(
                wave <= latest
                and (
                    self._selections.has_plainly(node, selection.name)
                    or reach.entry_edge(node, selection.name)
                )
                for node, wave in nodes.items()
            ):
                return None
            names = list(types.possible(position.type_name))
        # What is only returned by subgraphs that are asked later cannot be there by then.
        closed = reach.closed(position)
        known = [
            name
            for name in names
            if closed.can_be(name) and reach.narrow(closed, name).floor <= latest
        ]
        return [position.within(name) for name in known]

    def child_for(
        self, position: Position, selection: Selection, needed: Condition | None = None
    ) -> Position:
        """Return the position of a composite field of a field set: the client's where it fits.

        It does not fit when the client may leave the field out while it is `needed`: what the
        client selects below it would be fetched in vain.
        """
        given = arguments_of(selection)
        arguments = given.text
        for ident, child in position.children.items():
            same = (ident.name, ident.arguments) == (selection.name, arguments)
            if same and self._fits(child, needed):
                return child
        ref = self._reach.field_ref(position.type_name, selection.name)
        for wider in position.wider():
            for ident, child in wider.children.items():
                same = (ident.name, ident.arguments) == (selection.name, arguments)
                if same and child.type_name == ref.name and self._fits(child, needed):
                    return child
        ident = Ident(selection.name, arguments, "#")
        key = allocate(self._reach, position, ident, selection.name)
        child = Position(
            ref.name,
            position.keys.below(key),
            position,
            name=selection.name,
            ident=ident,
            arguments=given,
            key=key,
            list_depth=ref.list_depth,
            relative=(),
            defer=self._chooser.block,
        )
        position.children[ident] = child
        return child

    def _fits(self, child: Position, needed: Condition | None) -> bool:
        if child.defer not in self._chooser.available:
            return child.source is None
        return needed is None or child.source is None or implies(needed, child.source.condition)


def arguments_of(selection: Selection) -> Arguments:
    """Return the arguments of a field in a field set."""
    return parse_arguments(selection.arguments) if selection.arguments else NO_ARGUMENTS
