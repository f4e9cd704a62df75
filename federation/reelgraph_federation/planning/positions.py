"""Response positions where objects stand, one for each type condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reelgraph_federation.operations.conditions import both
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments, SelectedField
from reelgraph_federation.planning.keys import Ident, KeySpace
from reelgraph_federation.planning.query_plan import ALWAYS, Condition, ResponsePath, Step
from reelgraph_federation.query_graph import EntityMove, FieldEdge, TypeNode

if TYPE_CHECKING:
    from reelgraph_federation.planning.drafts import FetchedField, OpenSelection
    from reelgraph_federation.planning.waves import Waves


class Candidate(NamedTuple):
    """A node that has a field, since which wave, and what must be brought there first."""

    node: TypeNode
    wave: int
    entry: FieldEdge | None
    """Set when the node must be entered with inputs that the field requires."""


@dataclass(eq=False, slots=True)
class Position:
    """Objects at one path of the response.

    A position holds objects of all types; its `fragments`, positions too, those of one object type, or
    of several that nothing tells apart: a *joint* fragment (see alike_types.py).
    """

    type_name: str
    """Of a joint fragment the first of its types: it stands for all."""
    keys: KeySpace
    parent: Position | None = None
    """The position whose field leads here; of a fragment, the parent of the position around it."""
    enclosing: Position | None = None
    """Of a fragment, the position that holds the objects of all types."""
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
    fragments: dict[tuple[str, ...], Position] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    """Of a fragment, the object types of its objects."""
    on: str | None = None
    """Of a joint fragment, the interface or union that means its types here, if any does."""
    shown: set[str] = field(default_factory=set)
    """The object types that were asked something here, and may be shown."""
    asked_at: dict[tuple[str, str], Position] = field(default_factory=dict)
    """The fragment in which a response name is asked for an object type."""
    tells_types: bool = False
    """Whether the response depends on the runtime types of the objects."""
    asked_by_type: set[str] = field(default_factory=set)
    """Response names of fields that had to be asked type by type."""
    open_selections: list[OpenSelection] = field(default_factory=list)
    fetched_fields: dict[Ident, list[FetchedField]] = field(default_factory=dict)
    names: dict[Ident, str] = field(default_factory=dict)
    """The internal key of each field that is fetched here."""
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    """For each field name, the nodes that have it; filled by `Reach.candidates`."""
    arrivals: dict[TypeNode, list[Candidate]] | None = None
    """For each node here, the nodes above whose field leads to it; filled by `Reach.arrivals`."""
    move_waves: dict[EntityMove, int] = field(default_factory=dict)
    defer: DeferSet = ()
    """The uses of `@defer` that deliver the objects here."""
    direct: Waves | None = None
    closed: Waves | None = None

    def within(self, *types: str) -> Position:
        """Return the part of this position that holds objects of one type, or of several."""
        found = self.fragments.get(types)
        if found is None:
            found = self.fragments[types] = Position(
                types[0],
                self.keys,
                self.parent,
                self,
                self.name,
                self.ident,
                self.arguments,
                self.source,
                self.key,
                self.list_depth,
                types=types,
                defer=self.defer,
            )
        return found

    def wider(self) -> Iterator[Position]:
        """Yield the positions that hold the objects of this fragment among others."""
        if self.enclosing is not None:
            for types, fragment in self.enclosing.fragments.items():
                if fragment is not self and len(types) > 1 and self.type_name in types:
                    yield fragment
            yield self.enclosing

    @property
    def is_joint(self) -> bool:
        """Whether objects of several types stand here that nothing tells apart."""
        return len(self.types) > 1

    def forget(self) -> None:
        """Drop what was found out about reaching this position: other roots are in force now."""
        self.direct = self.closed = self.arrivals = None
        self.candidates, self.move_waves, self.open_selections = {}, {}, []

    @property
    def outside(self) -> Position:
        """The position of objects of all types, be this a fragment or that position itself."""
        return self.enclosing or self

    @property
    def absolute(self) -> Condition:
        """When objects here are needed at all."""
        outside = self.outside
        if outside.parent is None:
            return ALWAYS
        return both(outside.parent.absolute, outside.relative)

    def response_path(self) -> ResponsePath:
        """Return the path here through the merged tree."""
        steps: list[Step] = []
        at: Position | None = self
        while at is not None and at.outside.parent is not None:
            types = at.types if at.enclosing is not None else None
            typename = at.outside.names.get(TYPENAME) if types else None
            steps.append(Step(at.outside.key, at.list_depth, types, typename, at.on))
            at = at.outside.parent
        return ResponsePath(tuple(reversed(steps)))

    def path(self) -> str:
        """Return the path here for people: `topProducts.@.reviews`."""
        return ".".join(map(str, self.response_path().steps))


TYPENAME = Ident("__typename")
