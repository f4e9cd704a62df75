"""Positions: the places of the response where objects stand, one for each type condition."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reelgraph_federation.operations.conditions import both
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments, SelectedField
from reelgraph_federation.planning.keys import Ident, KeySpace
from reelgraph_federation.planning.nodes import ALWAYS, Condition, Place, Step
from reelgraph_federation.query_graph import FieldEdge, KeyEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.drafts import Lane, Supply
    from reelgraph_federation.planning.waves import Waves


class Offer(NamedTuple):
    """A node that has a field, since which wave, and what must be brought there first."""

    node: TypeNode
    wave: int
    entry: FieldEdge | None
    """Set when the node must be entered with inputs that the field requires."""


@dataclass(eq=False, slots=True)
class Position:
    """Objects at one path of the response.

    A *base* position holds them all; its `branches`, positions too, those of one object type.
    """

    type_name: str
    keys: KeySpace
    parent: Position | None = None
    """The position (base or branch) whose field leads here; of a branch, its base's parent."""
    base: Position | None = None
    """Of a branch, the position that holds the objects of all types."""
    name: str = ""
    """The field that leads here; empty at the root."""
    ident: Ident | None = None
    arguments: Arguments = NO_ARGUMENTS
    source: SelectedField | None = None
    """The client's field that leads here, `None` for one that only a field set selects."""
    key: str = ""
    """The internal key that leads here."""
    list_depth: int = 0
    relative: Condition = ALWAYS
    """When it is needed, given that its parent is."""
    children: dict[Ident, Position] = field(default_factory=dict)
    branches: dict[str, Position] = field(default_factory=dict)
    tells_types: bool = False
    """Whether the response depends on the runtime types of the objects."""
    pushed: set[str] = field(default_factory=set)
    """Response names of fields that had to be asked type by type."""
    lanes: list[Lane] = field(default_factory=list)
    supplies: dict[Ident, list[Supply]] = field(default_factory=dict)
    names: dict[Ident, str] = field(default_factory=dict)
    """The internal key of each field that is fetched here."""
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    """For each field name, the nodes that have it; filled by `Reach.offers`."""
    arrivals: dict[TypeNode, list[Offer]] | None = None
    """For each node here, the nodes above whose field leads to it; filled by `Reach.arrivals`."""
    jump_waves: dict[KeyEdge, int] = field(default_factory=dict)
    defer: DeferSet = ()
    """The uses of `@defer` that deliver the objects here."""
    direct: Waves | None = None
    closed: Waves | None = None

    def branch(self, type_name: str) -> Position:
        """Return the part of this base position that holds objects of one type."""
        found = self.branches.get(type_name)
        if found is None:
            found = self.branches[type_name] = Position(
                type_name,
                self.keys,
                self.parent,
                self,
                self.name,
                self.ident,
                self.arguments,
                self.source,
                self.key,
                self.list_depth,
                defer=self.defer,
            )
        return found

    def forget(self) -> None:
        """Drop what was found out about reaching this position: other roots are in force now."""
        self.direct = self.closed = self.arrivals = None
        self.offers, self.jump_waves, self.lanes = {}, {}, []

    @property
    def whole(self) -> Position:
        """The base position, be this a branch or the base itself."""
        return self.base or self

    @property
    def absolute(self) -> Condition:
        """When objects here are needed at all."""
        whole = self.whole
        if whole.parent is None:
            return ALWAYS
        return both(whole.parent.absolute, whole.relative)

    def place(self) -> Place:
        """Return the way here through the merged tree."""
        steps: list[Step] = []
        at: Position | None = self
        while at is not None and at.whole.parent is not None:
            types = (at.type_name,) if at.base is not None else None
            typename = at.whole.names.get(TYPENAME) if types else None
            steps.append(Step(at.whole.key, at.list_depth, types, typename))
            at = at.whole.parent
        return Place(tuple(reversed(steps)))

    def path(self) -> str:
        """Return the way here for people: `topProducts.@.reviews`."""
        parts = [
            step.key + ".@" * step.list_depth + (f"|[{','.join(step.types)}]" if step.types else "")
            for step in self.place().steps
        ]
        return ".".join(parts)


TYPENAME = Ident("__typename")
