"""In which wave each node can be reached, as a value."""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_federation.planning.bounds import NEVER_REACHED
from reelgraph_federation.planning.scopes import NO_SCOPE, Scope
from reelgraph_federation.query_graph import TypeNode


class Waves(dict[TypeNode, int]):
    """Nodes, each with the first wave in which it can be reached."""

    __slots__ = ("common", "floor", "is_read", "known", "origin", "scope")

    def __init__(
        self, nodes: Mapping[TypeNode, int], floor: int | None = None, scope: Scope = NO_SCOPE
    ) -> None:
        super().__init__(nodes)
        self.floor = min(nodes.values(), default=NEVER_REACHED) if floor is None else floor
        """The first wave of any node; entity moves only add later ones."""
        self.scope = scope
        """What the objects above set as contexts."""
        self.origin: Waves = self
        """The nodes before any entity move: objects have the types that these can return."""
        self.known: frozenset[str] | None = None
        """The types, once `is_read`, that some of these can return; `None` where only interface
        objects stand, which tell none."""
        self.common: frozenset[str] | None = None
        """The types that all of them can return."""
        self.is_read = False

    def can_be(self, type_name: str) -> bool:
        """Tell whether objects may be of an object type, whichever subgraph is asked for them.

        All nodes that a position's field leads to hold the same objects, and any of them may be the
        one that is asked: so all must be able to return the type (docs/decisions/0010). Where
        they have no type in common, none is believed alone.
        """
        common = self._read().common
        return common is None or type_name in common

    def may_be(self, type_name: str) -> bool:
        """Tell whether some subgraph that may be asked for the objects can return an object type."""
        known = self._read().known
        return known is None or type_name in known

    def _read(self) -> Waves:
        origin = self.origin
        if not origin.is_read:
            origin.is_read = True
            each = [frozenset(node.possible) for node in origin if not node.is_interface_object]
            if each:
                origin.known = frozenset.union(*each)
                origin.common = frozenset.intersection(*each) or origin.known
        return origin
