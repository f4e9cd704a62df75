"""What one attempt at a plan may do, and in which order it goes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Allowed = Mapping[str, frozenset[int]]
"""The waves in which subgraphs may be called, for those of which not all are allowed."""
ALL_CALLS: Allowed = MappingProxyType({})


class Constraints(NamedTuple):
    """Which calls may be made, and which leaves are taken first."""

    allowed: Allowed = ALL_CALLS
    early_first: bool = False
    most: tuple[int, int] | None = None
    """The last wave and the fetches of the first answer beyond which a plan is of no use."""

    def may_call(self, subgraph: str, wave: int) -> bool:
        """Tell whether a call is not ruled out beforehand."""
        return subgraph not in self.allowed or wave in self.allowed[subgraph]


UNCONSTRAINED = Constraints()
