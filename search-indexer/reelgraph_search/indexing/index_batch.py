"""Index one batch of dirty roots: lease → number → fetch → flatten → write → settle."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from reelgraph_search.definition import IndexDefinition
from reelgraph_search.documents.fetch import (
    LARGEST_BATCH,
    Fetched,
    Gone,
    GraphError,
    Partial,
    Present,
    Router,
    RouterUnavailable,
    fetch_documents,
)
from reelgraph_search.documents.flatten import DoesNotFit, flatten
from reelgraph_search.indexing.ledger import Failure, Lease, Ledger, Mark, Priority
from reelgraph_search.indexing.metrics import Metrics
from reelgraph_search.indexing.targets import Target, Targets
from reelgraph_search.ports import (
    Deletion,
    Document,
    EngineUnavailable,
    JsonObject,
    NoSuchIndex,
    Rejected,
    SearchEngine,
    Stale,
    StoredState,
)

LEASE_SECONDS = 60.0
LARGEST_LEASE = 4 * LARGEST_BATCH
"""Roots that a worker takes in hand: fetched in several requests, written in one commit."""
MOST_ATTEMPTS = 8
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 60.0
_OUTAGE_DELAY = 2.0


@dataclass(slots=True)
class _Attempt:
    """What became of one root."""

    lease: Lease
    failure: Failure | None = None
    fatal: bool = False
    outage: bool = False
    stale_read: bool = False
    refs: set[str] = field(default_factory=set)
    served: bool = False


class Indexer:
    """Indexes batches for one worker; several may share a ledger."""

    def __init__(
        self,
        ledger: Ledger,
        engine: SearchEngine,
        router: Router,
        metrics: Metrics,
        owner: str,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._router = router
        self._metrics = metrics
        self._owner = owner
        self._clock = clock

    async def index_batch(self, index: str, current: Callable[[], Targets]) -> int:
        """Index the most urgent roots of an index; returns how many were taken in hand.

        `current` is asked after the roots are leased: a version that is begun later lists its
        roots later too, so a root in hand is made dirty for it again and not missed.

        Raises RouterUnavailable or EngineUnavailable after giving the roots back: an outage is not
        counted as their failure.
        """
        leases = await self._ledger.lease(
            index, self._owner, LARGEST_LEASE, self._clock(), LEASE_SECONDS
        )
        if not leases:
            return 0
        # Taken before the fetch: a later fetch has a greater number and wins, whoever is slower.
        seq = await self._ledger.next_sequence()
        try:
            attempts = await self._attempt_all(leases, current(), seq)
        except (RouterUnavailable, EngineUnavailable) as error:
            until = self._clock() + _OUTAGE_DELAY
            await self._ledger.postpone(leases, until, str(error), count=False)
            raise
        await self._settle(attempts, seq)
        return len(leases)

    async def _attempt_all(
        self, leases: Sequence[Lease], targets: Targets, seq: int
    ) -> list[_Attempt]:
        attempts = {lease.root: _Attempt(lease) for lease in leases}
        fetched: dict[str, dict[str, Fetched]] = {}
        for target in targets.targets:
            wanted = [lease for lease in leases if target.building or not lease.only_building]
            template = target.plan.template
            if template.operation not in fetched:
                fetched[template.operation] = {}
            known = fetched[template.operation]
            missing = [lease.id for lease in wanted if lease.id not in known]
            # One after the other: how many workers there are bounds the load on the router.
            for start in range(0, len(missing), LARGEST_BATCH):
                ids = missing[start : start + LARGEST_BATCH]
                known |= await fetch_documents(self._router, template, ids)
            await self._write(target, wanted, known, attempts, seq)
        return list(attempts.values())

    async def _write(
        self,
        target: Target,
        leases: Sequence[Lease],
        fetched: dict[str, Fetched],
        attempts: dict[str, _Attempt],
        seq: int,
    ) -> None:
        name = target.version.engine_index
        # Whoever has lost the lease leaves the root to its new holder.
        held = await self._ledger.renew(leases, self._clock(), LEASE_SECONDS)
        mine = [lease for lease in leases if lease.root in held]
        try:
            stored = await self._engine.stored(name, [lease.root for lease in mine])
            writes: list[Document | Deletion] = []
            for lease in mine:
                attempt = attempts[lease.root]
                write = self._prepared(
                    target, attempt, fetched[lease.id], stored.get(lease.root), seq
                )
                if write is not None:
                    writes.append(write)
            outcomes = await self._engine.write(name, writes)
        except NoSuchIndex:
            return  # the version was dropped in the meantime
        for write, outcome in zip(writes, outcomes, strict=True):
            attempt = attempts[write.key]
            if isinstance(outcome, Rejected):
                attempt.failure, attempt.fatal = Failure(outcome.reason), True
            elif isinstance(outcome, Stale):
                self._metrics.stale += 1
            else:
                attempt.served = attempt.served or not target.building

    def _prepared(
        self,
        target: Target,
        attempt: _Attempt,
        fetched: Fetched,
        stored: StoredState | None,
        seq: int,
    ) -> Document | Deletion | None:
        """The write that brings a version up to date, or None when there is nothing to write."""
        lease, definition = attempt.lease, target.plan.template.definition
        node: JsonObject | None
        match fetched:
            case Gone():
                gone = Deletion(lease.root, seq)
                return gone if stored is not None or lease.taken_over else None
            case Present(node):
                pass
            case Partial(node, errors):
                if definition.on_partial_error == "keep_old" and stored is not None:
                    self._metrics.kept_old += 1
                    return None
                if definition.on_partial_error != "index_null" or node is None:
                    attempt.failure = _failure(errors)
                    attempt.outage = any(error.tells_of_outage for error in errors)
                    return None
        return self._document(target, attempt, node, stored, seq)

    def _document(
        self,
        target: Target,
        attempt: _Attempt,
        node: JsonObject,
        stored: StoredState | None,
        seq: int,
    ) -> Document | None:
        lease, template = attempt.lease, target.plan.template
        try:
            flattened = flatten(node, target.plan.mapping, template.keys)
        except DoesNotFit as error:
            attempt.failure, attempt.fatal = Failure(str(error)), True
            return None
        if _is_behind(flattened.body, template.definition, lease):
            attempt.stale_read = True
            return None
        attempt.refs.update(flattened.refs)
        same = stored is not None and stored.hash == flattened.hash
        # A former holder may still write what it fetched earlier; only a newer number stops it.
        if same and not lease.taken_over:
            self._metrics.unchanged += 1
            return None
        built_at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        return Document(lease.root, seq, flattened.hash, flattened.refs, built_at, flattened.body)

    async def _settle(self, attempts: Sequence[_Attempt], seq: int) -> None:
        now = self._clock()
        done = [one for one in attempts if one.failure is None and not one.stale_read]
        await self._mark_overtaken(done, seq, now)
        await self._ledger.complete([one.lease for one in done])
        for one in done:
            if one.served and one.lease.event is not None:
                self._metrics.observe_lag(one.lease.index, now - _occurred_at(one.lease))
        for one in attempts:
            if one.stale_read:
                await self._postpone(one, "the graph does not show the change yet", now)
            elif one.outage and one.failure is not None and not one.fatal:
                until = now + _OUTAGE_DELAY * random.uniform(1.0, 2.0)
                error = one.failure.error
                await self._ledger.postpone([one.lease], until, error, count=False)
            elif one.failure is not None and (one.fatal or one.lease.attempts + 1 >= MOST_ATTEMPTS):
                await self._ledger.bury(one.lease, one.failure, now)
            elif one.failure is not None:
                await self._postpone(one, one.failure.error, now)

    async def _mark_overtaken(self, done: Sequence[_Attempt], seq: int, now: float) -> None:
        """Make roots dirty again that hold an entity which changed after the fetch began.

        Looking up who holds an entity finds only documents that are written; these were not yet.
        """
        refs = sorted({ref for one in done for ref in one.refs})
        changed = await self._ledger.changed_since(refs, seq)
        await self._ledger.mark(
            [
                Mark(one.lease.index, one.lease.root, Priority.REFERENCE, one.lease.event)
                for one in done
                if not changed.isdisjoint(one.refs - {one.lease.root})
            ],
            now,
        )

    async def _postpone(self, attempt: _Attempt, error: str, now: float) -> None:
        delay = min(_FIRST_DELAY * 2**attempt.lease.attempts, _LONGEST_DELAY)
        until = now + delay * random.uniform(0.5, 1.0)
        counted = not attempt.stale_read or attempt.lease.attempts + 1 < MOST_ATTEMPTS
        await self._ledger.postpone([attempt.lease], until, error, count=counted)


def _failure(errors: Sequence[GraphError]) -> Failure:
    first = errors[0]
    path = ".".join(str(step) for step in first.path[2:])
    return Failure(first.message, path or None, first.subgraph)


def _occurred_at(lease: Lease) -> float:
    """When the change happened that made the root dirty."""
    told = orjson.loads(lease.event or "{}").get("occurredAt")
    return lease.first_event_at if told is None else datetime.fromisoformat(told).timestamp()


def _is_behind(body: JsonObject, definition: IndexDefinition, lease: Lease) -> bool:
    """Whether the graph answered with an older state than the event told of."""
    if definition.version_field is None or lease.min_version is None:
        return False
    version = body.get(definition.version_field)
    return isinstance(version, int) and version < lease.min_version
