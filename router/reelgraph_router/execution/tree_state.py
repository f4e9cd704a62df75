"""The state of an execution over the merged tree, as compiled code and the interpreter see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reelgraph_router.execution.answers.faults import Faults, LocatedFault
from reelgraph_router.execution.answers.introspected import Introspected

JsonObject = dict[str, object]
Truths = tuple[bool, ...]


class TreeState(Protocol):
    """What is known while a program is gone through."""

    root: JsonObject
    """The merged tree: the answers of all fetches, each at its place."""
    nodes: list[list[JsonObject] | None]
    """The objects at each node of the plan's places, where they were collected already."""
    truths: Truths
    """Which of the plan's conditions hold."""
    memos: tuple[dict[int, object], ...]
    """What was completed already, by the identity of the value."""
    faults: Faults | None
    introspection: Introspected | None
    is_irregular: bool
    """Whether values of a shape that was not planned were met while objects were collected."""

    def block(
        self,
        place: JsonObject,
        keys: Sequence[str],
        causes: Sequence[LocatedFault] = (),
        is_failure: bool = True,
    ) -> None:
        """Make the values at `keys` null, whatever the subgraph answers for them."""

    def block_below(
        self, place: JsonObject, path: Sequence[str], causes: Sequence[LocatedFault]
    ) -> None:
        """Block the last key of a path in the objects that the others lead to, once they come."""
