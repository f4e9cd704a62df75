"""Which labels of progressive `@override` hold for a request.

`percent(n)` holds for n of a hundred requests, drawn per label and request. A named label holds when
the setting names it, or when the hook says so.
"""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Iterator, Set

from reelgraph_federation.supergraph import Supergraph
from reelgraph_router.hooks import LabelHook
from reelgraph_router.pipeline.request import ClientRequest

NO_LABELS: frozenset[str] = frozenset()
_PERCENT = re.compile(r"percent\(\s*(\d+(?:\.\d+)?)\s*\)")


class OverrideLabels:
    """The labels of one supergraph."""

    def __init__(
        self,
        supergraph: Supergraph,
        always: frozenset[str] = NO_LABELS,
        decide: LabelHook | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.known = supergraph.query_graph.labels
        shares = {label: _share(label) for label in sorted(self.known)}
        self._shares = {label: share for label, share in shares.items() if share is not None}
        self._named = frozenset(label for label, share in shares.items() if share is None)
        self._always = always & self._named
        self._decide = decide
        self._draw = draw

    async def active(self, request: ClientRequest) -> frozenset[str]:
        """The labels that hold for one request."""
        drawn = [label for label, share in self._shares.items() if share and self._draw() < share]
        held = self._always.union(drawn)
        if self._decide is not None and self._named:
            found = self._decide(request, self._named)
            if inspect.isawaitable(found):
                found = await found
            held |= frozenset(found) & self._named
        return held


class AskedLabels(Set[str]):
    """A set of labels that remembers which ones were looked up: a plan depends on no others.

    `known` are all labels of the supergraph, in the set or not.
    """

    def __init__(self, labels: frozenset[str], known: frozenset[str]) -> None:
        self._labels = labels
        self._known = known
        self.asked: set[str] = set()

    def __contains__(self, label: object) -> bool:
        if isinstance(label, str):
            self.asked.add(label)
        return label in self._labels

    def __iter__(self) -> Iterator[str]:
        self.asked |= self._known
        return iter(self._labels)

    def __len__(self) -> int:
        self.asked |= self._known
        return len(self._labels)


def _share(label: str) -> float | None:
    found = _PERCENT.fullmatch(label.strip())
    return float(found.group(1)) / 100 if found else None
