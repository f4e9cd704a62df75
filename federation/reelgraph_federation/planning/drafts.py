"""Fetches while they are being put together, and their selections that can take more fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reelgraph_federation.field_sets import FieldSet
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments
from reelgraph_federation.planning.positions import Position
from reelgraph_federation.planning.query_plan import ALWAYS, Condition
from reelgraph_federation.query_graph import TypeNode
from reelgraph_federation.supergraph.model import ContextArgument

UNORDERED = 1 << 30
"""The order of a field that the client did not ask for: after all others."""


@dataclass(eq=False, slots=True)
class Item:
    """A field in a fetch's operation."""

    key: str
    name: str
    condition: Condition
    arguments: Arguments = NO_ARGUMENTS
    directives: tuple[str, ...] = ()
    directive_variables: tuple[str, ...] = ()
    selection: SelectionDraft | None = None
    contexts: tuple[tuple[str, ContextInput], ...] = ()
    """Contextual arguments: argument name and what fills it."""
    order: int = UNORDERED
    """The field's place in the response, so that subgraphs answer in the client's order."""
    on: tuple[str, ...] = ()
    """The type conditions that it is selected under, if not those of its selection's types."""


@dataclass(eq=False, slots=True)
class SelectionDraft:
    """A selection set in a fetch's operation: fields, and fields by object type."""

    items: dict[str, Item] = field(default_factory=dict)
    """By internal key; see `ordered`."""
    casts: dict[tuple[str, ...], SelectionDraft] = field(default_factory=dict)
    """By the object types that they are for."""
    type_name: str = ""
    """The type that a field's selection stands on, as the subgraph names it."""

    def ordered(self) -> list[Item]:
        """Return the fields in the client's order."""
        return sorted(self.items.values(), key=lambda item: item.order)

    def cast(self, types: tuple[str, ...]) -> SelectionDraft:
        """Return the selection for objects of some types."""
        found = self.casts.get(types)
        if found is None:
            found = self.casts[types] = SelectionDraft()
        return found


@dataclass(eq=False, slots=True)
class Input:
    """A field of a representation."""

    name: str
    key: str
    is_key: bool
    children: list[Input] | None = None
    types: tuple[str, ...] | None = None
    typename_key: str | None = None
    asked_by: set[FieldSet] = field(default_factory=set)
    may_be_null: bool = False
    """Of a part of a key; see `RepresentationField`."""


@dataclass(eq=False, slots=True)
class ContextInput:
    """A contextual argument's value: read from the nearest object above that sets the context."""

    argument: ContextArgument
    setter: Position
    inputs: list[Input] = field(default_factory=list)
    condition: Condition = ()
    """When some field takes it, given that the entity is there."""
    variable: str = ""
    """Named when the fetch is built."""


@dataclass(eq=False, slots=True)
class GroupDraft:
    """Entities of one position asked by one fetch."""

    fetch: FetchDraft
    position: Position
    node: TypeNode
    representation: str | None
    """The `__typename` to send, `None` for each object's own."""
    selection: SelectionDraft
    inputs: list[Input] = field(default_factory=list)
    asked: dict[tuple[FieldSet, bool], Condition] = field(default_factory=dict)
    """The field sets that make the representation, whether each is the key, and when it is needed."""
    needed_by: dict[FieldSet, set[str]] = field(default_factory=dict)
    """Which keys of the selection need what `@requires` asks for."""
    fetched_fields: list[FetchedField] = field(default_factory=list)
    """Everything that the inputs are read from."""
    contexts: list[ContextInput] = field(default_factory=list)
    condition: Condition = ()


@dataclass(eq=False, slots=True)
class FetchDraft:
    """A request being put together. Entity fetches of a wave to a subgraph are one request."""

    subgraph: str
    wave: int
    number: int
    """The order in which fetches were thought of."""
    kind: str = "query"
    root: SelectionDraft | None = None
    root_position: Position | None = None
    groups: list[GroupDraft] = field(default_factory=list)
    condition: Condition = ()
    waits_for: list[FetchDraft] = field(default_factory=list)
    """For a root query below the root: what makes the object that it fills."""
    defer: DeferSet = ()
    """The uses of `@defer` that it is made for; none: the first answer."""
    joined: FetchDraft | None = None
    """The fetch that this one became a part of."""

    def group_for(
        self, position: Position, node: TypeNode, required: FieldSet
    ) -> GroupDraft | None:
        """Return the group that enters a node at a position and can take more inputs.

        A representation holds a field once, so inputs that ask the same field with different
        arguments need groups of their own.
        """
        for group in self.groups:
            if group.position is position and group.node is node:
                asked = (fields for fields, _ in group.asked)
                if not any(in_conflict(fields, required) for fields in asked):
                    return group
        return None


@dataclass(eq=False, slots=True)
class OpenSelection:
    """A selection of a fetch at a position: fields of `node` can be added to it for free."""

    position: Position
    node: TypeNode
    fetch: FetchDraft
    selection: SelectionDraft
    parent: OpenSelection | None = None
    """The open selection at the parent position (for a field), or around the fragment (for a cast)."""
    item: Item | None = None
    """The field of `parent` that leads here; `None` for a cast, an entity move and the root."""
    group: GroupDraft | None = None
    """Set on one that was entered by an entity move."""
    condition: Condition = ()
    absolute: Condition = ()

    @property
    def entered(self) -> OpenSelection | None:
        """Where the entities are entered at or below which it stands, `None` in a root operation."""
        at: OpenSelection | None = self
        while at is not None and at.group is None:
            at = at.parent
        return at

    @property
    def wave(self) -> int:
        """The wave of the fetch."""
        return self.fetch.wave


class FetchedField(NamedTuple):
    """A field, fetched in an open selection."""

    opened: OpenSelection
    item: Item


@dataclass(slots=True)
class Leaf:
    """A field that must be fetched at a position."""

    name: str
    preferred: str
    arguments: Arguments = NO_ARGUMENTS
    tag: str = ""
    directives: tuple[str, ...] = ()
    directive_variables: tuple[str, ...] = ()
    condition: Condition = ALWAYS
    order: int = UNORDERED
    defer: DeferSet = ()


def in_conflict(one: FieldSet, other: FieldSet) -> bool:
    """Tell whether two field sets ask the same field with different arguments."""
    for left in one:
        for right in other:
            if left.name == right.name:
                if left.name and left.arguments != right.arguments:
                    return True
                if in_conflict(left.children, right.children):
                    return True
            elif (not left.name and in_conflict(left.children, (right,))) or (
                not right.name and in_conflict((left,), right.children)
            ):
                return True
    return False
