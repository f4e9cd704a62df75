"""How many requests the routers make of their subgraphs for the same operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.router.peers.worlds import Operation


@dataclass
class Calls:
    """How many requests each router made of one operation that it answered right."""

    world: str
    operation: Operation
    made: dict[str, int] = field(default_factory=dict)


@dataclass
class CallsTally:
    """Our calls beside those of one peer, on operations that both answer right."""

    peer: str
    operations: int = 0
    ours: int = 0
    theirs: int = 0
    fewer: int = 0
    """In how many operations we make fewer calls."""
    more: list[Calls] = field(default_factory=list)
    """The operations in which the peer makes fewer."""

    def __str__(self) -> str:
        equal = self.operations - self.fewer - len(self.more)
        return (
            f"calls on {self.operations} operations that {self.peer} and we answer right:"
            f" {self.theirs} and {self.ours}; we make fewer in {self.fewer}, as many in {equal},"
            f" more in {len(self.more)}"
        )


def tally_calls(calls: Sequence[Calls], own: str) -> Iterator[CallsTally]:
    """Compare our calls with each peer's."""
    peers = dict.fromkeys(name for one in calls for name in one.made if not name.startswith(own))
    for peer in peers:
        found = CallsTally(peer)
        for one in calls:
            if own in one.made and peer in one.made:
                ours, theirs = one.made[own], one.made[peer]
                found.operations += 1
                found.ours += ours
                found.theirs += theirs
                found.fewer += ours < theirs
                if ours > theirs:
                    found.more.append(one)
        yield found
