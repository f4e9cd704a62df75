"""Operations made ready to run: parsed, validated, normalised, planned and compiled, once.

The cache belongs to one supergraph, so the supergraph's version is part of the key by construction.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence, Set
from functools import partial
from typing import TypeVar, cast

from reelgraph_federation.operations import FilteredOperation
from reelgraph_federation.supergraph import Supergraph
from reelgraph_router.collector import take_out_garbage
from reelgraph_router.errors import RequestError
from reelgraph_router.execution.compile import TimeoutOf
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.authorize import NO_REQUIREMENTS, find_held
from reelgraph_router.pipeline.operation_cache import Key, OperationCache
from reelgraph_router.pipeline.operation_variants import Facts, Variants
from reelgraph_router.pipeline.override_labels import NO_LABELS, AskedLabels, OverrideLabels
from reelgraph_router.pipeline.preparation import GivenUp, Planners, Preparation, out_of_time
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.stages import (
    CheckedOperation,
    OperationRules,
    ReadyOperation,
    Stages,
)

MAX_REMEMBERED_TEXT = 100_000
"""Documents longer than this are not kept as keys: memory stays bounded by count times length."""

T = TypeVar("T")
Recipe = tuple[Key, tuple[Facts, ...]]
"""An operation, and what held for the requests that it was planned for."""


Prepared = ReadyOperation | Variants[CheckedOperation, ReadyOperation]


class Operations:
    """The operations of one supergraph.

    No operation is prepared twice at the same time: those who ask meanwhile wait for the first.
    Refusals are remembered like plans, since a client with a wrong document tends to repeat it.
    An operation whose plan depends on the request, by authorisation directives or by labels of
    progressive overrides, has a plan for each outcome that was met.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        rules: OperationRules,
        timeout_of: TimeoutOf,
        executor: Planners | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self._hooks = hooks or Hooks()
        self._rules, self._planners = rules, executor
        self._stages = Stages(supergraph, rules, timeout_of, executor, self._hooks)
        self._ready: OperationCache[Prepared | RequestError] = OperationCache(
            rules.cache_size, rules.cache_bytes, on_dropped=take_out_garbage
        )
        self._preparing: dict[object, tuple[asyncio.Task[object], Preparation]] = {}
        self._labels = OverrideLabels(
            supergraph, rules.override_labels, self._hooks.override_labels
        )
        self.planned = 0

    def recall(
        self, query: str, name: str | None, deferring: frozenset[str] | None = None
    ) -> ReadyOperation | None:
        """The operation, if it is ready for every caller; raises RequestError if it was refused.

        With `deferring` it is the operation to answer in parts; see `Key`.
        """
        key = (query, name, deferring)
        found = self._ready.get(key)
        if isinstance(found, ReadyOperation):
            return found
        if isinstance(found, RequestError):
            raise found
        return None

    async def prepare(
        self, request: ClientRequest, deferring: frozenset[str] | None = None
    ) -> ReadyOperation:
        """Make the operation ready for a request, off the event loop; raises RequestError."""
        key = (request.query, request.operation_name, deferring)
        found = self._ready.get(key)
        if found is None:
            found = await self._once(key, lambda preparation: self._prepare(key, preparation))
        if isinstance(found, Variants):
            return await self._choose(key, found, request)
        if isinstance(found, RequestError):
            raise found
        return found

    async def _choose(
        self, key: Key, variants: Variants[CheckedOperation, ReadyOperation], request: ClientRequest
    ) -> ReadyOperation:
        """The variant of an operation for what holds of a request."""
        held = await find_held(variants.requirements, request, self._hooks.policies)
        labels = await self._labels.active(request) if self._labels.known else NO_LABELS
        facts = Facts(held, labels)
        found = variants.find(facts)
        if found is None:
            return await self._once(
                (key, facts),
                lambda preparation: self._plan_variant(key, variants, facts, preparation),
            )
        if isinstance(found, RequestError):
            raise found
        return found

    async def _once(
        self, key: object, work: Callable[[Preparation], Coroutine[None, None, T]]
    ) -> T:
        """Do `work`, unless it is being done: who asks meanwhile waits for the first.

        Raises GivenUp when the time of the request is over; work that nobody waits for ends as well.
        """
        until = time.monotonic() + self._rules.seconds
        found = self._preparing.get(key)
        if found is None:
            preparation = self._preparation(until)
            task = asyncio.get_running_loop().create_task(work(preparation))
            self._preparing[key] = cast("asyncio.Task[object]", task), preparation
            task.add_done_callback(lambda done: self._done(key, done))
        else:
            task = cast("asyncio.Task[T]", found[0])
            found[1].extend(until)
        try:
            async with asyncio.timeout(self._rules.seconds) as limit:
                # Shielded: a client that goes away must not take the plan from those who wait as well.
                return await asyncio.shield(task)
        except TimeoutError:
            if not limit.expired():
                raise
            raise out_of_time() from None

    def _preparation(self, until: float) -> Preparation:
        return Preparation(self._rules.max_parts, until, self._planners)

    def _done(self, key: object, task: asyncio.Task[T]) -> None:
        del self._preparing[key]
        if not task.cancelled():
            task.exception()  # told to those who wait; they may all have gone away

    async def _prepare(self, key: Key, preparation: Preparation) -> Prepared:
        """Make an operation ready, and remember it or its refusal."""
        found: Prepared | RequestError
        try:
            found = await self._make(preparation, *key)
        except GivenUp:
            raise
        except RequestError as error:
            found = error
        if len(key[0]) <= MAX_REMEMBERED_TEXT:
            self._ready.keep(key, found)
            self._weigh_when_grown(key, found)
        if isinstance(found, RequestError):
            raise found
        return found

    async def _make(
        self,
        preparation: Preparation,
        query: str,
        name: str | None,
        deferring: frozenset[str] | None,
    ) -> Prepared:
        """The stages from text to program; where the request matters, up to the plan."""
        checked = await self._stages.check(preparation, query, name, deferring)
        requirements = NO_REQUIREMENTS
        if not self._stages.access.is_empty:
            requirements = self._stages.access.of_operation(checked.normalized)
        if requirements or self._labels.known:
            return Variants(checked, requirements)
        whole = FilteredOperation(checked.normalized, ())
        return await self._plan(preparation, checked, whole, NO_LABELS)

    async def _plan_variant(
        self,
        key: Key,
        variants: Variants[CheckedOperation, ReadyOperation],
        facts: Facts,
        preparation: Preparation,
    ) -> ReadyOperation:
        checked = variants.checked
        filtered = await self._stages.filter(preparation, checked, facts.held)
        labels = AskedLabels(facts.labels, self._labels.known)
        async with variants.planning:
            found = variants.settle(facts, filtered)
            if found is None:
                try:
                    found = await self._plan(preparation, checked, filtered, labels)
                except GivenUp:
                    raise
                except RequestError as error:
                    found = error
                variants.add(facts, frozenset(labels.asked), found)
                self._weigh_when_grown(key, found)
                self._ready.weigh(key)
                if not variants.requirements and not labels.asked:
                    self._ready.replace(key, found)  # no request can make a difference
        if isinstance(found, RequestError):
            raise found
        return found

    async def _plan(
        self,
        preparation: Preparation,
        checked: CheckedOperation,
        filtered: FilteredOperation,
        labels: Set[str],
    ) -> ReadyOperation:
        self.planned += 1
        return await self._stages.plan(preparation, checked, filtered, labels)

    def _weigh_when_grown(self, key: Key, found: Prepared | RequestError) -> None:
        """Estimate an operation's memory again whenever a fast path is added to it."""
        if isinstance(found, ReadyOperation) and found.program.fast_paths is not None:
            found.program.fast_paths.on_made = partial(self._ready.weigh, key)

    @property
    def kept_bytes(self) -> int:
        """The estimate of what all operations that are kept take."""
        return self._ready.bytes

    def most_recent(self, count: int) -> list[Recipe]:
        """The operations used last, the latest first: those to make ready for a new supergraph."""
        found: list[Recipe] = []
        for key, one in self._ready.latest():
            if len(found) == count:
                break
            if not isinstance(one, RequestError):
                found.append((key, one.met() if isinstance(one, Variants) else ()))
        return found

    async def warm(self, recipes: Sequence[Recipe], seconds: float) -> None:
        """Make operations ready beforehand, within a time limit; refused ones are left out."""
        until = time.monotonic() + seconds
        for key, met in recipes:
            if time.monotonic() > until:
                break
            try:
                await self._warm_one(key, met, until)
            except RequestError:
                continue
        for key, _ in reversed(recipes):
            self._ready.get(key)

    async def _warm_one(self, key: Key, met: Sequence[Facts], until: float) -> None:
        found = await self._prepare(key, self._preparation(until))
        if not isinstance(found, Variants):
            return
        for facts in met or (Facts(NO_REQUIREMENTS, NO_LABELS),):
            known = Facts(facts.held & found.requirements, facts.labels & self._labels.known)
            if found.find(known) is None:
                await self._plan_variant(key, found, known, self._preparation(until))
