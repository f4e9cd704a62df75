"""How to get an open selection, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reelgraph_federation.planning.drafts import OpenSelection
from reelgraph_federation.planning.query_plan import Condition


class Cost(NamedTuple):
    """What to pay, most important first."""

    over: int
    """Waves beyond those that the operation needs anyway."""
    fetches: int
    nullable_keys: int
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
        return self.over == 0 and self.fetches == 0 and self.nullable_keys == 0


class Option(NamedTuple):
    """How to get an open selection, and what it costs; `make` opens it, for a use under a condition."""

    cost: Cost
    make: Callable[[Condition], OpenSelection]


def cheaper(one: Option | None, other: Option | None) -> Option | None:
    """Return the option that costs less, the first of two that cost the same."""
    if one is None or (other is not None and other.cost < one.cost):
        return other
    return one
