"""Make the answers of a run in parts: the first one, then whatever is ready.

Specification: Incremental Delivery (GraphQL RFC). How the answers are written down is up to the
format that a client asked for (pipeline/incremental_formats.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from reelgraph_federation.planning.query_plan import DeferredPart
from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.incremental.complete_part import PartCompletion, Told
from reelgraph_router.execution.incremental.deferred_run import DeferredRun
from reelgraph_router.execution.incremental.deferred_sites import Site, find_sites
from reelgraph_router.execution.interpreter.complete import Path
from reelgraph_router.execution.tree_state import JsonObject
from reelgraph_router.json_text import write_json


@dataclass(frozen=True, slots=True)
class Pending:
    """A fragment that will be delivered later, at one object."""

    id: int
    path: Path
    label: str | None


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields to add to an object below a pending fragment's.

    They are serialised at once: nested parts, perhaps of the same increment, go on to write into
    the objects delivered.
    """

    sub_path: Path
    data: orjson.Fragment


@dataclass(frozen=True, slots=True)
class Completed:
    """A pending fragment has come to its end; without patches when `failed`."""

    pending: Pending
    patches: tuple[Patch, ...]
    errors: tuple[GraphQLFault, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What is answered at once."""

    data: JsonObject | None
    errors: list[GraphQLFault]
    pending: list[Pending]

    @property
    def has_next(self) -> bool:
        """Whether more is to come."""
        return bool(self.pending)


@dataclass(slots=True)
class Increment:
    """What has become ready since."""

    pending: list[Pending] = field(default_factory=list)
    completed: list[Completed] = field(default_factory=list)
    has_next: bool = True


@dataclass(slots=True, eq=False)
class _Part:
    """A deferred part of the plan during one execution. `failed`: at which objects."""

    number: int
    plan: DeferredPart
    outer: frozenset[int]
    announced: bool = False
    delivered: bool = False
    pending: dict[Path, Pending] = field(default_factory=dict)
    failed: set[Path] = field(default_factory=set)


class Increments:
    """Follows one run; `first` once, then `take_ready` until nothing is pending."""

    def __init__(self, run: DeferredRun) -> None:
        self._run = run
        self._parts = _make_parts(run)
        self._data: JsonObject | None = None
        self._count = 0
        self._told: Told = set()

    @property
    def is_waiting(self) -> bool:
        """Whether some announced part has not been delivered."""
        return any(part.pending and not part.delivered for part in self._parts)

    @property
    def has_ready(self) -> bool:
        """Whether `take_ready` would return something."""
        return any(self._is_ready(part) for part in self._parts)

    def first(self) -> FirstAnswer:
        """The first answer, with what is to come."""
        data, errors = self._run.complete()
        self._data = data
        self._told.update((error.message, error.code) for error in errors)
        return FirstAnswer(data, errors, self._announce(None))

    def take_ready(self) -> Increment:
        """Deliver every part that is ready, and what becomes ready by that."""
        found = Increment()
        while True:
            ready = next((part for part in self._parts if self._is_ready(part)), None)
            if ready is None:
                break
            found.completed += self._deliver(ready)
            found.pending += self._announce(ready)
        found.has_next = self.is_waiting
        return found

    def fail(self, fault: GraphQLFault) -> Increment:
        """End everything that is pending with a fault."""
        open_ = [part for part in self._parts if part.pending and not part.delivered]
        ended = [Completed(one, (), (fault,), True) for p in open_ for one in p.pending.values()]
        for part in open_:
            part.delivered = True
        return Increment([], ended, has_next=False)

    def _is_ready(self, part: _Part) -> bool:
        waits = bool(part.pending) and not part.delivered
        return waits and self._run.is_ready(part.number)

    def _announce(self, delivered: _Part | None) -> list[Pending]:
        """The fragments that may come now that a part (or the first answer) is delivered."""
        found: list[Pending] = []
        number = None if delivered is None else delivered.number
        for part in self._parts:
            if part.plan.parent != number or part.announced:
                continue
            part.announced = True
            for site in self._sites(part):
                if site.root not in part.pending:
                    one = Pending(self._count, site.root, part.plan.label)
                    self._count += 1
                    part.pending[site.root] = one
                    found.append(one)
            if not part.pending:
                found += self._announce(part)
        return found

    def _sites(self, part: _Part) -> Iterator[Site]:
        """The objects that a part adds to, but for those below where an outer part failed."""
        if self._data is None:
            return
        failed = [root for number in self._above(part) for root in self._parts[number].failed]
        run = self._run
        for site in find_sites(part.plan, run.variables, run.root, self._data):
            if not any(site.root[: len(root)] == root for root in failed):
                yield site

    def _above(self, part: _Part) -> Iterator[int]:
        parent = part.plan.parent
        while parent is not None:
            yield parent
            parent = self._parts[parent].plan.parent

    def _deliver(self, part: _Part) -> list[Completed]:
        run = self._run
        part.delivered = True
        own = frozenset(part.plan.fetches)
        completion = PartCompletion(
            run.faults, run.variables, run.introspection, own, part.outer, self._told
        )
        sites: dict[Path, list[Site]] = {root: [] for root in part.pending}
        for site in self._sites(part):
            if site.root in sites:
                sites[site.root].append(site)
        found = [self._complete(part, root, found, completion) for root, found in sites.items()]
        completion.finish()
        return _with_errors(found, completion.take_errors())

    def _complete(
        self, part: _Part, root: Path, sites: list[Site], completion: PartCompletion
    ) -> Completed:
        """Complete a part at one object; a null that may not be makes all of it fail."""
        made = [completion.fields(site.shape, site.fields, site.value, site.path) for site in sites]
        errors = completion.take_errors()
        if self._run.left[part.number] and not errors:
            errors = [GraphQLFault("The request took too long.", Code.TIMEOUT, root)]
        patches: list[Patch] = []
        for site, data in zip(sites, made, strict=True):
            if data is not None:
                serialised = orjson.Fragment(write_json(data))
                patches.append(Patch(site.path[len(root) :], serialised))
        failed = len(patches) < len(sites)
        if failed:
            part.failed.add(root)
            patches = []
        else:
            for site, data in zip(sites, made, strict=True):
                site.delivered.update(data or {})
        return Completed(part.pending[root], tuple(patches), tuple(errors), failed)


def _make_parts(run: DeferredRun) -> list[_Part]:
    """The parts of a plan, each with the fetches that it builds on."""
    plan = run.program.plan
    first = frozenset(fetch.id for fetch in plan.fetches if not fetch.defer)
    parts: list[_Part] = []
    for number, part in enumerate(plan.deferred):
        outer = first
        if part.parent is not None:
            above = parts[part.parent]
            outer = above.outer | frozenset(above.plan.fetches)
        parts.append(_Part(number, part, outer))
    return parts


def _with_errors(found: list[Completed], errors: list[GraphQLFault]) -> list[Completed]:
    """Put errors without a place with the first fragment."""
    if not errors or not found:
        return found
    one = found[0]
    head = Completed(one.pending, one.patches, (*one.errors, *errors), one.failed)
    return [head, *found[1:]]
