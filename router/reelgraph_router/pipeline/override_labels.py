"""Which labels of progressive `@override` hold for a request.

`percent(n)` holds for n of a hundred requests, drawn per label and request. A named label holds when a
hook says so; without one it does not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from reelgraph_federation.supergraph import Supergraph
from reelgraph_federation.supergraph.model import InterfaceType, ObjectType

NONE: frozenset[str] = frozenset()
_PERCENT = re.compile(r"percent\(\s*(\d+(?:\.\d+)?)\s*\)")


class OverrideLabels:
    """The labels of one supergraph; evaluating none of them costs nothing."""

    def __init__(self, supergraph: Supergraph, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._shares = {label: _share(label) for label in sorted(find_labels(supergraph))}

    def active(self) -> frozenset[str]:
        """The labels that hold for one request."""
        if not self._shares:
            return NONE
        return frozenset(
            label for label, share in self._shares.items() if share and self._draw() < share
        )


def find_labels(supergraph: Supergraph) -> set[str]:
    """All labels that fields of the supergraph are overridden with."""
    return {
        join.override_label
        for named in supergraph.types.values()
        if isinstance(named, ObjectType | InterfaceType)
        for field in named.fields.values()
        for join in field.joins
        if join.override_label
    }


def _share(label: str) -> float:
    found = _PERCENT.fullmatch(label.strip())
    return float(found.group(1)) / 100 if found else 0.0
