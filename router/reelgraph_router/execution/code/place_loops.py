"""Write the loops that go from the objects at one node to those at a node below.

What both writers of collectors have in common. How a value is read, and what becomes of the objects
that are reached, is theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reelgraph_federation.planning.query_plan import Step
from reelgraph_router.execution.code.positions import KeyPath, Node, Positions
from reelgraph_router.execution.code.source import Source


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value stands: code for the owner, and for the slot itself.

    `index` is code for the number of an item, None where the owner is an object.
    """

    owner: str
    code: str
    index: str | None = None


class PlaceLoops:
    """Writes nested loops; every one goes on (`continue`) where nothing is found.

    `replaces`: what is reached may be replaced by an equal object, so that its slot must be known.
    `made_one`: positions where equal objects were made one, so that each of them is met once.
    """

    def __init__(
        self,
        source: Source,
        positions: Positions,
        node: Node,
        *,
        replaces: bool,
        made_one: Collection[KeyPath] = (),
    ) -> None:
        assert node.parent is not None
        self.source = source
        self.node = node
        self.parent = node.parent
        self.replaces = replaces
        self._shared = self._shared_steps(positions, made_one)
        self._seen: dict[int, str] = {}

    # What a writer says

    def access(self, owner: str, key: str) -> str:
        """Code for the slot of an object's key."""
        raise NotImplementedError

    def read(self, owner: str, key: str) -> str:
        """Code for the value of an object's key."""
        return self.access(owner, key)

    def check_list(self, value: str) -> None:
        """Write what looks whether a value is a list, where that is not known."""

    def check_type(self, value: str, step: Step) -> None:
        """Write what goes on where an object has not one of the types of a step."""
        raise NotImplementedError

    def reached(self, value: str, slot: Slot, number: int) -> None:
        """Write what becomes of an object of the node; `number` is its step's."""
        raise NotImplementedError

    # What is common

    def write_loops(self) -> None:
        """Write the loops."""
        for number in self._shared:
            self._seen[number] = self.source.name("seen")
            self.source.line(f"{self._seen[number]} = set()")
        with self.source.block(f"for o in collect_{self.parent.index}(run):"):
            self._descend("o", 0)

    def is_replaced_at(self, number: int) -> bool:
        """Whether the owner's own slot is given the first of equal objects.

        Then each owner must be visited, also where owners share what stands in the slot.
        """
        steps = self.node.steps
        return number == len(steps) - 1 and self.replaces and not steps[number].list_depth

    def skip_seen(self, value: str, number: int) -> None:
        """Write what goes on where a value was met before, if several objects may share it."""
        seen = self._seen.get(number)
        if seen is not None:
            self.source.line(f"if id({value}) in {seen}: continue")
            self.source.line(f"{seen}.add(id({value}))")

    def _shared_steps(self, positions: Positions, made_one: Collection[KeyPath]) -> list[int]:
        """The steps into keys whose values several objects may share: a group added them."""
        path, found = self.parent.path, []
        for number, step in enumerate(self.node.steps):
            if positions.is_joined(path, step.key) and path not in made_one:
                found.append(number)
            path = (*path, step.key)
        return found

    def _descend(self, owner: str, number: int) -> None:
        step = self.node.steps[number]
        value = self.source.name("x")
        self.source.line(f"{value} = {self.read(owner, step.key)}")
        self.source.line(f"if {value} is None: continue")
        if not self.is_replaced_at(number):
            self.skip_seen(value, number)
        self._lists(value, Slot(owner, self.access(owner, step.key)), step.list_depth, number)

    def _lists(self, value: str, slot: Slot, depth: int, number: int) -> None:
        source, step = self.source, self.node.steps[number]
        is_last = number == len(self.node.steps) - 1
        if depth:
            item, index = source.name("x"), source.name("i")
            self.check_list(value)
            needs_index = is_last and depth == 1 and self.replaces
            head = f"{index}, {item} in enumerate({value})" if needs_index else f"{item} in {value}"
            with source.block(f"for {head}:"):
                source.line(f"if {item} is None: continue")
                self._lists(item, Slot(value, f"{value}[{index}]", index), depth - 1, number)
            return
        if step.types is not None:
            self.check_type(value, step)
        if is_last:
            self.reached(value, slot, number)
        else:
            self._descend(value, number + 1)
