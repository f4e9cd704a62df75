"""Response positions where objects stand, one for each type condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reelgraph_federation.operations.conditions import both
from reelgraph_federation.operations.defer_usages import DeferSet
from reelgraph_federation.operations.tree import NO_ARGUMENTS, Arguments, SelectedField
from reelgraph_federation.planning.keys import Ident, KeySpace
from reelgraph_federation.planning.query_plan import ALWAYS, Condition, ResponsePath, Step
from reelgraph_federation.query_graph import TypeNode


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
    joint: list[Position] = field(default_factory=list)
    """Those of the fragments that hold objects of several types."""
    types: tuple[str, ...] = ()
    """Of a fragment, the object types of its objects."""
    on: str | None = None
    """Of a joint fragment, the interface or union that means its types here, if any does."""
    shown: set[str] = field(default_factory=set)
    """The object types that were asked something here, and may be shown."""
    asked_at: dict[tuple[str, str], Position] = field(default_factory=dict)
    """The fragment in which a response name is asked for an object type."""
    doubts: int = 0
    """In how many fragments it stands whose types only some of those that may be asked can return."""
    unreached: set[tuple[str, str]] = field(default_factory=set)
    """Types here, each with the response name of a field that can be had of other types only."""
    tells_types: bool = False
    """Whether the response depends on the runtime types of the objects."""
    asked_by_type: set[str] = field(default_factory=set)
    """Response names of fields that had to be asked type by type."""
    names: dict[Ident, str] = field(default_factory=dict)
    """The internal key of each field that is fetched here."""
    defer: DeferSet = ()
    """The uses of `@defer` that deliver the objects here."""
    only_from: TypeNode | None = None
    """The one node above whose field may lead here, where asking several would change things twice."""
    roots: tuple[TypeNode, ...] = ()
    """Of the position at the root, the nodes that the operation may start from."""

    def within(self, *types: str) -> Position:
        """Return the part of this position that holds objects of one type, or of several."""
        found = self.fragments.get(types)
        if found is None:
            found = self.fragments[types] = Position(
                type_name=types[0],
                keys=self.keys,
                parent=self.parent,
                enclosing=self,
                name=self.name,
                ident=self.ident,
                arguments=self.arguments,
                source=self.source,
                key=self.key,
                list_depth=self.list_depth,
                types=types,
                doubts=self.doubts,
                defer=self.defer,
            )
            if found.is_joint:
                self.joint.append(found)
        return found

    def wider(self) -> Iterator[Position]:
        """Yield the positions that hold the objects of this fragment among others."""
        if self.enclosing is not None:
            for fragment in self.enclosing.joint:
                if set(self.types) < set(fragment.types):
                    yield fragment
            yield self.enclosing

    def is_at_or_below(self, other: Position) -> bool:
        """Tell whether another position holds the objects here, or objects that these stand in."""
        at: Position | None = self
        while at is not None and at.outside is not other.outside:
            at = at.outside.parent
        return at is not None

    @property
    def is_joint(self) -> bool:
        """Whether objects of several types stand here that nothing tells apart."""
        return len(self.types) > 1

    @property
    def is_doubtful(self) -> bool:
        """Whether only some of the subgraphs that may be asked here can return its type."""
        return self.enclosing is not None and self.doubts > self.enclosing.doubts

    @property
    def is_repeated(self) -> bool:
        """Whether several objects may stand here: in a list, or below one."""
        at: Position | None = self.outside
        while at is not None:
            if at.list_depth:
                return True
            at = at.parent.outside if at.parent is not None else None
        return False

    @property
    def outside(self) -> Position:
        """The position of objects of all types, be this a fragment or that position itself."""
        return self.enclosing or self

    @property
    def absolute(self) -> Condition:
        """When objects here are needed at all."""
        limits: list[Condition] = []
        at = self.enclosing or self
        while at.parent is not None:
            if at.relative != ALWAYS:
                limits.append(at.relative)
            at = at.parent.enclosing or at.parent
        condition = ALWAYS
        for limit in reversed(limits):
            condition = both(condition, limit)
        return condition

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
