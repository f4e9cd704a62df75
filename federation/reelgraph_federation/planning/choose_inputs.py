"""Have everything fetched that entities are asked with: keys, requirements, contextual values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.operations.conditions import either
from reelgraph_federation.planning.contexts import as_set_by, condition_below, setter_of
from reelgraph_federation.planning.drafts import (
    ContextInput,
    GroupDraft,
    Input,
    Item,
    Lane,
    Need,
    Supply,
)
from reelgraph_federation.planning.field_set_options import arguments_of
from reelgraph_federation.planning.freedom import Freedom
from reelgraph_federation.planning.nodes import ALWAYS, Condition
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.supergraph.model import ContextArgument

if TYPE_CHECKING:
    from reelgraph_federation.planning.choose_paths import Chooser


class InputChooser:
    """Commits the field sets that entity groups are asked with, at the positions they are read from."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self._reach = chooser.reach
        self._field_sets = chooser.options.field_sets

    def add(self, group: GroupDraft, fields: FieldSet, is_key: bool, condition: Condition) -> None:
        """Have a field set fetched before the group, at its entities, and sent with them."""
        latest = group.fetch.wave - 1
        found = self._commit_set(group, group.position, fields, is_key, condition, latest)
        for one in found:
            one.asked_by.add(fields)
        merge_inputs(group.inputs, found)

    def _commit_set(
        self,
        group: GroupDraft,
        position: Position,
        fields: FieldSet,
        is_key: bool,
        condition: Condition,
        latest: int,
    ) -> list[Input]:
        """Fetch a field set: first what has least choice, so that the rest may join it."""
        found: dict[int, list[Input]] = {}
        for index in sorted(
            range(len(fields)), key=lambda one: self._choices(position, fields[one])
        ):
            found[index] = self._commit_one(
                group, position, fields[index], is_key, condition, latest
            )
        return [one for index in range(len(fields)) for one in found[index]]

    def _choices(self, position: Position, selection: Selection) -> int:
        if not selection.name or selection.children:
            return 0
        return len(self._reach.offers(position, selection.name))

    def _commit_one(
        self,
        group: GroupDraft,
        position: Position,
        selection: Selection,
        is_key: bool,
        condition: Condition,
        latest: int,
    ) -> list[Input]:
        cases = self._field_sets.cases_of(position, selection, latest)
        if cases is not None:
            group.supplies.append(self._chooser.typename(position, condition, latest))
            typename = position.whole.names[TYPENAME]
            found: list[Input] = []
            inner = selection.children if not selection.name else (selection,)
            for case in cases:
                for one in self._commit_set(group, case, inner, is_key, condition, latest):
                    one.types, one.typename_key = (case.type_name,), typename
                    found.append(one)
            return found
        if not selection.name:
            return self._commit_set(group, position, selection.children, is_key, condition, latest)
        if not selection.children:
            need = Need(
                selection.name,
                selection.name,
                arguments_of(selection),
                condition=condition,
            )
            freedom = Freedom.OUTER if is_key else Freedom.OWN
            supply = self._chooser.commit(position, need, latest, freedom)
            group.supplies.append(supply)
            return [Input(selection.name, supply.item.key, is_key)]
        child = self._field_sets.child_for(position, selection, condition)
        if child.source is None:
            child.relative = either(child.relative, condition)
        lane = self._chooser.ensure(child, latest)
        assert lane.item is not None
        group.supplies.append(Supply(lane, lane.item))
        children = self._commit_set(group, child, selection.children, is_key, ALWAYS, latest)
        if self._reach.graph.types.is_abstract(child.type_name) and not is_key:
            supply = self._chooser.typename(child, ALWAYS, latest)
            group.supplies.append(supply)
            children.append(Input("__typename", supply.item.key, False))
        return [Input(selection.name, child.key, is_key, children)]

    # Contexts ----------------------------------------------------------------------------------

    def add_context(self, group: GroupDraft, argument: ContextArgument, used: Condition) -> None:
        """Have a contextual argument's value fetched at the position that sets the context."""
        context = context_for(group, argument)
        types = self._reach.graph.types
        if context is None:
            setter = setter_of(group.position, argument.context, types)
            assert setter is not None  # or the field would have had no wave
            context = ContextInput(argument, setter)
            group.contexts.append(context)
        fields = as_set_by(argument.selection, context.setter.type_name, types)
        condition = condition_below(context.setter, group.position, used)
        latest = group.fetch.wave - 1
        found = self._commit_set(group, context.setter, fields, False, condition, latest)
        merge_inputs(context.inputs, found)

    def fill(self, lane: Lane, item: Item) -> None:
        """Give a field of a lane its contextual arguments."""
        edge = self._reach.entry_edge(lane.node, item.name)
        if edge is None or not edge.contexts:
            return
        assert lane.group is not None  # such a field is selected where its node was entered for it
        for argument in edge.contexts:
            context = context_for(lane.group, argument)
            assert context is not None
            item.contexts = (*item.contexts, (argument.name, context))


def context_for(group: GroupDraft, argument: ContextArgument) -> ContextInput | None:
    """Return the value of a group that fits an argument: same context, selection and type."""
    wanted = (argument.context, argument.selection, argument.type)
    for one in group.contexts:
        if (one.argument.context, one.argument.selection, one.argument.type) == wanted:
            return one
    return None


def merge_inputs(into: list[Input], found: list[Input]) -> None:
    """Add inputs that are not there yet; a field of a key stays one."""
    for one in found:
        for known in into:
            if (known.name, known.types) == (one.name, one.types):
                known.key = one.key
                known.is_key = known.is_key or one.is_key
                known.asked_by |= one.asked_by
                if one.children is not None and known.children is not None:
                    merge_inputs(known.children, one.children)
                break
        else:
            into.append(one)
