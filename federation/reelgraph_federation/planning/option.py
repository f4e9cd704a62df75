"""A way to get a lane, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reelgraph_federation.planning.drafts import Lane
from reelgraph_federation.planning.nodes import Condition


class Cost(NamedTuple):
    """What to pay, most important first."""

    over: int
    """Waves beyond those that the operation needs anyway."""
    fetches: int
    doubts: int
    """Entries by a key that may be null: then what is fetched there is lost."""
    wave: int
    demand: int
    """Less than 0 for a fetch to a subgraph that fields without a choice will go to anyway."""
    fields: int

    def plus_field(self) -> Cost:
        """Return the cost with one field more."""
        return self._replace(fields=self.fields + 1)

    @property
    def is_free(self) -> bool:
        """Whether no wave and no fetch is added, and nothing can be lost."""
        return self.over == 0 and self.fetches == 0 and self.doubts == 0


class Option(NamedTuple):
    """A way to get a lane, and what it costs; `make` goes it, for a use under a condition."""

    cost: Cost
    make: Callable[[Condition], Lane]


def cheaper(one: Option | None, other: Option | None) -> Option | None:
    """Return the option that costs less, the first of two that cost the same."""
    if one is None or (other is not None and other.cost < one.cost):
        return other
    return one
