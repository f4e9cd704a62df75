"""Fetch everything that entities are asked with: keys, requirements, contextual values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from reelgraph_federation.field_sets import FieldSet, Selection
from reelgraph_federation.operations.conditions import NEVER, either, implies
from reelgraph_federation.planning.contexts import condition_below, setter_of
from reelgraph_federation.planning.drafts import (
    ContextInput,
    FetchedField,
    GroupDraft,
    Input,
    Item,
    Leaf,
    OpenSelection,
)
from reelgraph_federation.planning.field_set_positions import FieldSetPositions, arguments_of
from reelgraph_federation.planning.find_paths import Reach
from reelgraph_federation.planning.positions import TYPENAME, Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.planning.reuse import Reuse
from reelgraph_federation.planning.scopes import as_set_by
from reelgraph_federation.query_graph import FieldEdge
from reelgraph_federation.query_graph.types import TypeIndex
from reelgraph_federation.supergraph.model import ContextArgument


class FieldChooser(Protocol):
    """Who fetches fields, at whatever position: what an input is read from has inputs of its own."""

    def commit(
        self, position: Position, leaf: Leaf, latest: int | None, reuse: Reuse = ...
    ) -> FetchedField:
        """Fetch a leaf at a position, not later than in a wave."""

    def ensure(self, position: Position, latest: int | None, reuse: Reuse = ...) -> OpenSelection:
        """Select the field that leads to a position, not later than in a wave."""


@dataclass(frozen=True, slots=True)
class _Want:
    """For which group something is fetched, whether as its key, till which wave.

    `shared` is the condition under which all that the group reads must be there. `has_parts`: it is
    a key of several fields.
    """

    group: GroupDraft
    is_key: bool
    latest: int
    shared: Condition
    has_parts: bool = False

    def may_be_null(self, types: TypeIndex, position: Position, field_name: str) -> bool:
        """Tell whether null identifies, with the key's other parts, what the group asks for."""
        subgraph = self.group.node.subgraph
        return self.has_parts and types.is_nullable(subgraph, position.type_name, field_name)


class InputChooser:
    """Commits the field sets that entity groups are asked with, at the positions they are read from."""

    def __init__(self, reach: Reach, positions: FieldSetPositions, chooser: FieldChooser) -> None:
        self._reach = reach
        self._positions = positions
        self._chooser = chooser

    def typename(self, position: Position, condition: Condition, latest: int) -> FetchedField:
        """Fetch the runtime types of the objects at a position."""
        leaf = Leaf("__typename", "__typename", condition=condition)
        return self._chooser.commit(position.outside, leaf, latest)

    def ask_for_field(self, opened: OpenSelection, edge: FieldEdge, condition: Condition) -> None:
        """Fetch what a field needs beyond the key, whenever the field is fetched.

        The field may stand below the entity that is entered, when it needs contexts only.
        """
        entered = opened.entered
        assert entered is not None
        group = entered.group
        assert group is not None
        if entered is not opened:
            condition = condition_below(group.position, opened.position, condition)
        shared = either(entered.condition, condition)
        if edge.requires:
            group.needed_by.setdefault(edge.requires, set())
            self.ask(group, edge.requires, False, condition, shared)
        for argument in edge.contexts:
            self._ask_context(group, argument, opened.position, condition, shared)

    def ask(
        self,
        group: GroupDraft,
        fields: FieldSet,
        is_key: bool,
        condition: Condition,
        shared: Condition,
    ) -> None:
        """Fetch a field set before the group, at its entities, to be sent with them.

        It is needed under a condition. `shared` is that of the whole group: where a client's field
        may be left out although the group is asked for, no field set of the group reads it.
        """
        known = group.asked.get((fields, is_key))
        if known is None or not implies(condition, known):
            group.asked[fields, is_key] = either(known or NEVER, condition)
            self._add(group, fields, is_key, shared)

    def refresh(self, group: GroupDraft, shared: Condition) -> None:
        """Ask for everything again, since the group is needed more often."""
        for fields, is_key in list(group.asked):
            if is_key:
                group.asked[fields, is_key] = shared
            self._add(group, fields, is_key, shared)
        for context in group.contexts:
            self._add_context(group, context, shared)

    def _add(self, group: GroupDraft, fields: FieldSet, is_key: bool, shared: Condition) -> None:
        has_parts = is_key and _leaves(fields) > 1
        want = _Want(group, is_key, group.fetch.wave - 1, shared, has_parts)
        found = self._commit_set(want, group.position, fields, group.asked[fields, is_key])
        _note_asker(found, fields)
        merge_inputs(group.inputs, found)

    def _commit_set(
        self, want: _Want, position: Position, fields: FieldSet, condition: Condition
    ) -> list[Input]:
        """Fetch a field set: first what has least choice, so that the rest may join it."""
        if len(fields) == 1:
            return self._commit_one(want, position, fields[0], condition)
        found: dict[int, list[Input]] = {}
        for index in sorted(
            range(len(fields)), key=lambda one: self._choices(position, fields[one])
        ):
            found[index] = self._commit_one(want, position, fields[index], condition)
        return [one for index in range(len(fields)) for one in found[index]]

    def _choices(self, position: Position, selection: Selection) -> int:
        if not selection.name or selection.children:
            return 0
        return len(self._reach.candidates(position, selection.name))

    def _commit_one(
        self, want: _Want, position: Position, selection: Selection, condition: Condition
    ) -> list[Input]:
        cases = self._positions.cases_of(position, selection, want.latest)
        if cases is not None:
            return self._commit_cases(want, position, cases, selection, condition)
        if not selection.name:
            return self._commit_set(want, position, selection.children, condition)
        if selection.children:
            return [self._commit_object(want, position, selection, condition)]
        return [self._commit_leaf(want, position, selection, condition)]

    def _commit_cases(
        self,
        want: _Want,
        position: Position,
        cases: list[Position],
        selection: Selection,
        condition: Condition,
    ) -> list[Input]:
        """Fetch a selection type by type, with the types that tell which of it is there."""
        typed = self.typename(position, condition, want.latest)
        want.group.fetched_fields.append(typed)
        typename = position.outside.names[TYPENAME]
        found: list[Input] = []
        inner = selection.children if not selection.name else (selection,)
        for case in cases:
            for one in self._commit_set(want, case, inner, condition):
                one.types, one.typename_key = (case.type_name,), typename
                found.append(one)
        return found

    def _commit_leaf(
        self, want: _Want, position: Position, selection: Selection, condition: Condition
    ) -> Input:
        arguments = arguments_of(selection)
        leaf = Leaf(selection.name, selection.name, arguments, condition=condition)
        reuse = Reuse.FETCHES if want.is_key else Reuse.NOTHING
        fetched = self._chooser.commit(position, leaf, want.latest, reuse)
        want.group.fetched_fields.append(fetched)
        nullable = want.may_be_null(self._reach.graph.types, position, selection.name)
        return Input(selection.name, fetched.item.key, want.is_key, may_be_null=nullable)

    def _commit_object(
        self, want: _Want, position: Position, selection: Selection, condition: Condition
    ) -> Input:
        group, is_key, latest = want.group, want.is_key, want.latest
        child = self._positions.child_for(position, selection, want.shared)
        if child.source is None:
            child.relative = either(child.relative, condition)
        below = replace(want, shared=ALWAYS)
        children = self._commit_set(below, child, selection.children, ALWAYS)
        # Only now, so that it is the field by which what is below was found, if there is one.
        opened = self._chooser.ensure(child, latest)
        assert opened.item is not None
        group.fetched_fields.append(FetchedField(opened, opened.item))
        if self._reach.graph.types.is_abstract(child.type_name) and not is_key:
            fetched = self.typename(child, ALWAYS, latest)
            group.fetched_fields.append(fetched)
            children.append(Input("__typename", fetched.item.key, False))
        nullable = want.may_be_null(self._reach.graph.types, position, selection.name)
        return Input(selection.name, child.key, is_key, children, may_be_null=nullable)

    # Contexts ----------------------------------------------------------------------------------

    def _ask_context(
        self,
        group: GroupDraft,
        argument: ContextArgument,
        taking: Position,
        condition: Condition,
        shared: Condition,
    ) -> None:
        """Fetch a contextual argument's value at the position that sets the context."""
        setter = setter_of(taking, argument.context, self._reach.graph.types)
        assert setter is not None  # or the field would have had no wave
        context = context_for(group, argument, setter)
        if context is None:
            context = ContextInput(argument, setter)
            group.contexts.append(context)
        elif implies(condition, context.condition):
            return
        context.condition = either(context.condition, condition)
        self._add_context(group, context, shared)

    def _add_context(self, group: GroupDraft, context: ContextInput, shared: Condition) -> None:
        setter, argument = context.setter, context.argument
        fields = as_set_by(argument.selection, setter.type_name, self._reach.graph.types)
        condition = condition_below(setter, group.position, context.condition)
        reading = condition_below(setter, group.position, shared)
        want = _Want(group, False, group.fetch.wave - 1, reading)
        merge_inputs(context.inputs, self._commit_set(want, setter, fields, condition))

    def fill(self, opened: OpenSelection, item: Item) -> None:
        """Give a field of an open selection its contextual arguments."""
        edge = self._reach.entry_edge(opened.node, item.name)
        if edge is None or not edge.contexts:
            return
        entered = opened.entered
        assert entered is not None  # such a field is selected below what was entered for it
        assert entered.group is not None
        for argument in edge.contexts:
            setter = setter_of(opened.position, argument.context, self._reach.graph.types)
            context = context_for(entered.group, argument, setter)
            assert context is not None
            item.contexts = (*item.contexts, (argument.name, context))


def _leaves(fields: FieldSet) -> int:
    """Count what a key is made of."""
    return sum(_leaves(one.children) or int(one.name != "__typename") for one in fields)


def _note_asker(inputs: list[Input], fields: FieldSet) -> None:
    for one in inputs:
        one.asked_by.add(fields)
        _note_asker(one.children or [], fields)


def context_for(
    group: GroupDraft, argument: ContextArgument, setter: Position | None
) -> ContextInput | None:
    """Return the value of a group that fits an argument: same setter, selection and type."""
    wanted = (argument.context, argument.selection, argument.type)
    for one in group.contexts:
        known = (one.argument.context, one.argument.selection, one.argument.type)
        if known == wanted and one.setter is setter:
            return one
    return None


def merge_inputs(into: list[Input], found: list[Input]) -> None:
    """Add inputs that are not there yet; a field of a key stays one."""
    for one in found:
        for known in into:
            if (known.name, known.types) == (one.name, one.types):
                known.key, known.typename_key = one.key, one.typename_key
                # What only @requires asks for has no say about the key.
                known.may_be_null = (known.may_be_null or not known.is_key) and (
                    one.may_be_null or not one.is_key
                )
                known.is_key = known.is_key or one.is_key
                known.asked_by |= one.asked_by
                if one.children is not None and known.children is not None:
                    merge_inputs(known.children, one.children)
                break
        else:
            into.append(one)
