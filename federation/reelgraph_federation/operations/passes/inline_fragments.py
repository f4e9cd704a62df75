"""Pass: open fragments into a flat list of fields with their type and Boolean conditions.

Fragments that cannot apply are dropped here, and so are selections that are always skipped, by
their own conditions or together with those of the objects that they are on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
)

from reelgraph_federation.budget import FIELD, Budget
from reelgraph_federation.operations.conditions import ALWAYS, NEVER, Condition, Literal, both
from reelgraph_federation.operations.defer_usages import DeferUsages
from reelgraph_federation.query_graph.types import TypeIndex


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A field where it was found. `types` are the object types it is for, `None`: all."""

    node: FieldNode
    types: frozenset[str] | None
    condition: Condition
    defer: int | None = None
    """The use of `@defer` that it stands in."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A selection set of an object, under a condition and perhaps a use of `@defer`.

    Equal parts have the very same selection set: nodes of a document compare by their contents.
    """

    selection_set: SelectionSetNode
    condition: Condition = ALWAYS
    defer: int | None = None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Part)
            and self.selection_set is other.selection_set
            and (self.condition, self.defer) == (other.condition, other.defer)
        )

    def __hash__(self) -> int:
        return hash((id(self.selection_set), self.condition, self.defer))


@dataclass(frozen=True, slots=True)
class OperationPath:
    """Where a selection stands: response names from the root, and when its object is there."""

    path: tuple[str, ...] = ()
    condition: Condition = ALWAYS


TOP = OperationPath()


class FragmentInliner:
    """Opens the fragments of one document; counts fields against the budget."""

    def __init__(
        self,
        types: TypeIndex,
        fragments: Mapping[str, FragmentDefinitionNode],
        defers: DeferUsages | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._types = types
        self._fragments = fragments
        self.budget = budget or Budget()
        self.defers = defers
        """`None` where nothing is deferred."""

    def open(self, type_name: str, parts: list[Part], place: OperationPath = TOP) -> list[Entry]:
        """Return the fields of selection sets that stand on objects of one type, at a place."""
        entries: list[Entry] = []
        everything = self._types.possible_set(type_name)
        for part in parts:
            self._open(part, None, everything, entries, place, set())
        return entries

    def _open(
        self,
        part: Part,
        types: frozenset[str] | None,
        everything: frozenset[str],
        entries: list[Entry],
        place: OperationPath,
        spread: set[tuple[object, ...]],
    ) -> None:
        """Open a selection set; `spread` are the fragments that were opened in it, and for what."""
        condition, defer = part.condition, part.defer
        for selection in part.selection_set.selections:
            own, under = condition, defer
            if selection.directives:
                own = both(condition, condition_of(selection.directives, self.defers))
                if own == NEVER or both(place.condition, own) == NEVER:
                    self.budget.step()
                    continue
            if isinstance(selection, FieldNode):
                self.budget.spend(FIELD)  # which is a step
                entries.append(Entry(selection, types, own, defer))
                continue
            self.budget.step()
            if self.defers is not None and selection.directives:
                under = self.defers.enter(selection.directives, defer, place.path)
            on, below = self._fragment(selection)
            narrowed = types
            if on is not None:
                possible = self._types.possible_set(on)
                narrowed = possible & (everything if types is None else types)
                if not narrowed:
                    continue
                if narrowed == everything:
                    narrowed = None
            if isinstance(selection, FragmentSpreadNode):
                once = (selection.name.value, narrowed, own, under)
                if once in spread:
                    continue
                spread.add(once)
            self._open(Part(below, own, under), narrowed, everything, entries, place, spread)

    def _fragment(self, selection: object) -> tuple[str | None, SelectionSetNode]:
        if isinstance(selection, InlineFragmentNode):
            on = selection.type_condition
            return (on.name.value if on else None), selection.selection_set
        assert isinstance(selection, FragmentSpreadNode)
        fragment = self._fragments[selection.name.value]
        return fragment.type_condition.name.value, fragment.selection_set


def condition_of(
    directives: tuple[DirectiveNode, ...], defers: DeferUsages | None = None
) -> Condition:
    """Return the condition that `@skip` and `@include` among directives make.

    Where the values of variables are known, it is `ALWAYS` or `NEVER`.
    """
    condition = ALWAYS
    for directive in directives:
        name = directive.name.value
        if name not in ("skip", "include") or not directive.arguments:
            continue
        value = directive.arguments[0].value
        if isinstance(value, BooleanValueNode):
            own = ALWAYS if value.value == (name == "include") else NEVER
        else:
            assert isinstance(value, VariableNode)
            held = None if defers is None else defers.known_value(value.name.value)
            if held is not None:
                own = ALWAYS if held == (name == "include") else NEVER
            else:
                own = ((Literal(value.name.value, name == "skip"),),)
        condition = NEVER if own == NEVER else both(condition, own)
    return condition
