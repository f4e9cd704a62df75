"""One operation whose plan depends on the request, and the plans made for it so far.

Two things of a request matter: which requirements of the operation hold for its caller, and which
labels of progressive overrides hold. Requests that lead to the same filtered operation share its
plans, and of the labels only those count that the planner looked up.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reelgraph_federation.operations import FilteredOperation
from reelgraph_federation.supergraph.model import Access
from reelgraph_router.errors import RequestError

MOST_HELD = 200
"""Sets of requirements that are remembered for one operation."""
MOST_PLANS = 50
"""Plans that are remembered for one filtered operation, by labels."""

Checked = TypeVar("Checked")
Ready = TypeVar("Ready")


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for a request: requirements of the operation, labels of the supergraph."""

    held: frozenset[Access]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan(Generic[Ready]):
    """`asked` are the labels looked up for it, `answers` those of them that held."""

    asked: frozenset[str]
    answers: frozenset[str]
    found: Ready | RequestError


@dataclass(slots=True, eq=False)
class _Outcome(Generic[Ready]):
    """What one filtered operation was planned as."""

    plans: list[_Plan[Ready]] = field(default_factory=list)

    def find(self, labels: frozenset[str]) -> Ready | RequestError | None:
        for plan in self.plans:
            if labels & plan.asked == plan.answers:
                return plan.found
        return None


class Variants(Generic[Checked, Ready]):
    """The variants of one operation. `requirements` are all that it has."""

    def __init__(self, checked: Checked, requirements: frozenset[Access]) -> None:
        self.checked = checked
        self.requirements = requirements
        self.planning = asyncio.Lock()
        """Held while a variant is planned: what it depends on, and so who may share it, is known then."""
        self._by_held: OrderedDict[frozenset[Access], _Outcome[Ready]] = OrderedDict()
        self._by_left_out: dict[tuple[tuple[str, ...], ...], _Outcome[Ready]] = {}

    def find(self, facts: Facts) -> Ready | RequestError | None:
        """The variant for a request, or its refusal, if it was planned already."""
        outcome = self._by_held.get(facts.held)
        return None if outcome is None else outcome.find(facts.labels)

    def settle(self, facts: Facts, filtered: FilteredOperation) -> Ready | RequestError | None:
        """Remember what requirements lead to; the variant if an equal one was planned already."""
        key = tuple(one.path for one in filtered.left_out)
        outcome = self._by_left_out.setdefault(key, _Outcome())
        self._by_held[facts.held] = outcome
        if len(self._by_held) > MOST_HELD:
            self._by_held.popitem(last=False)
            kept = {id(one) for one in self._by_held.values()}
            self._by_left_out = {k: o for k, o in self._by_left_out.items() if id(o) in kept}
        return outcome.find(facts.labels)

    def add(self, facts: Facts, asked: frozenset[str], found: Ready | RequestError) -> None:
        """Remember a variant that was planned after `settle`."""
        plans = self._by_held[facts.held].plans
        plans.append(_Plan(asked, facts.labels & asked, found))
        del plans[:-MOST_PLANS]

    def planned(self) -> list[Ready]:
        """All that was planned, but for refusals."""
        outcomes = {id(one): one for one in self._by_held.values()}
        plans = [plan.found for outcome in outcomes.values() for plan in outcome.plans]
        return [found for found in plans if not isinstance(found, RequestError)]

    def met(self) -> tuple[Facts, ...]:
        """One set of facts for each variant planned so far."""
        seen: dict[int, Facts] = {}
        for held, outcome in self._by_held.items():
            for plan in outcome.plans:
                if not isinstance(plan.found, RequestError):
                    seen.setdefault(id(plan), Facts(held, plan.answers))
        return tuple(seen.values())
