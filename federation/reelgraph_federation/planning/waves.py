"""In which wave each node can be reached, as a value."""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_federation.planning.scopes import NO_SCOPE, Scope
from reelgraph_federation.query_graph import TypeNode

NEVER_REACHED = 1 << 30


def in_time(wave: int, latest: int | None) -> bool:
    """Tell whether a wave is not after the latest one allowed; `None`: any is allowed."""
    return latest is None or wave <= latest


class Waves(dict[TypeNode, int]):
    """Nodes, each with the first wave in which it can be reached."""

    __slots__ = ("floor", "is_read", "origin", "returned", "scope")

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
        self.returned: frozenset[str] | None = None
        """Those types once `is_read`, `None` where only interface objects stand, which tell none."""
        self.is_read = False

    def can_be(self, type_name: str) -> bool:
        """Tell whether objects may be of an object type.

        All that resolve a field of an object return the same object, so all that are reached first
        must be able to return its type. Where they have no type in common, none is believed alone.
        """
        origin = self.origin
        if not origin.is_read:
            origin.is_read = True
            each = [
                frozenset(node.possible)
                for node, wave in origin.items()
                if wave <= origin.floor and not node.is_interface_object
            ]
            if each:
                origin.returned = frozenset.intersection(*each) or frozenset.union(*each)
        return origin.returned is None or type_name in origin.returned
