"""In which wave each node can be reached, as a value."""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_federation.planning.contexts import NO_SCOPE, Scope
from reelgraph_federation.query_graph import TypeNode

NEVER_REACHED = 1 << 30


class Waves(dict[TypeNode, int]):
    """Nodes, each with the first wave in which it can be reached."""

    __slots__ = ("floor", "origin", "scope")

    def __init__(
        self, nodes: Mapping[TypeNode, int], floor: int | None = None, scope: Scope = NO_SCOPE
    ) -> None:
        super().__init__(nodes)
        self.floor = min(nodes.values(), default=NEVER_REACHED) if floor is None else floor
        """The first wave of any node; jumps only add later ones."""
        self.scope = scope
        """What the objects above set as contexts."""
        self.origin: Waves = self
        """The nodes before any jump: objects have the types that these can return."""

    def can_be(self, type_name: str) -> bool:
        """Tell whether objects may be of an object type."""
        return any(
            node.is_interface_object or node.cast(type_name) is not None for node in self.origin
        )
