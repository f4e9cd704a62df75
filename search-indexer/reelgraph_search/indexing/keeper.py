"""Keep all indexes true for as long as the process runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial

from reelgraph_kit.event_log import Event, EventLog, consume
from reelgraph_search.definition import DefinitionError, IndexDefinition
from reelgraph_search.documents.fetch import Router, RouterUnavailable
from reelgraph_search.index_config.mapping import IndexMapping
from reelgraph_search.indexing.follow_changes import ChangeFollower
from reelgraph_search.indexing.index_batch import Indexer
from reelgraph_search.indexing.ledger import Ledger
from reelgraph_search.indexing.metrics import Metrics
from reelgraph_search.indexing.rebuild import Rebuilder
from reelgraph_search.indexing.swap_alias import drop_retired, reconcile
from reelgraph_search.indexing.targets import Plan, Targets, choose_targets, make_plan
from reelgraph_search.indexing.versions import VersionStore
from reelgraph_search.ports import EngineError, EngineUnavailable, SearchEngine
from reelgraph_search.templates.graph_facts import GraphFacts

CHANGES_TOPIC = "graph.changes"
CONSUMER_GROUP = "search-indexer"
_IDLE_SECONDS = 0.25
_OUTAGE_SECONDS = 1.0
_UPKEEP_SECONDS = 30.0
_logger = logging.getLogger("reelgraph.search")


class NoPlan(Exception):
    """The index cannot be built: no supergraph has been compiled for it yet."""


class IndexKeeper:
    """Workers, the change follower and rebuilds over one ledger and one engine."""

    def __init__(
        self,
        definitions: Sequence[IndexDefinition],
        ledger: Ledger,
        versions: VersionStore,
        engine: SearchEngine,
        router: Router,
        log: EventLog,
    ) -> None:
        self.definitions = {one.index: one for one in definitions}
        self.ledger = ledger
        self.versions = versions
        self.engine = engine
        self.metrics = Metrics()
        self.problems: dict[str, tuple[str, ...]] = {}
        self.waits_for: dict[str, str] = {}
        self._router = router
        self._log = log
        self._facts: GraphFacts | None = None
        self._plans: dict[str, Plan] = {}
        self._targets: dict[str, Targets] = {}
        self._ready = asyncio.Event()
        self._dirty = asyncio.Event()
        self._applying = asyncio.Lock()
        self._rebuilder = Rebuilder(ledger, versions, engine, router, time.time)

    def wanted_mapping(self, index: str) -> IndexMapping | None:
        """The mapping that the current definition and supergraph ask for."""
        plan = self._plans.get(index)
        return None if plan is None else plan.mapping

    def warnings(self, index: str) -> tuple[str, ...]:
        """What the compiler warned of."""
        plan = self._plans.get(index)
        return () if plan is None else plan.template.warnings

    @property
    def has_supergraph(self) -> bool:
        """Whether a supergraph has been applied."""
        return self._facts is not None

    async def apply(self, facts: GraphFacts) -> None:
        """Compile all definitions against a supergraph and begin the rebuilds that it calls for.

        A definition that no longer fits keeps its serving index as it was; see `problems`.
        """
        async with self._applying:
            self._facts = facts
            for index, definition in self.definitions.items():
                try:
                    plan = make_plan(definition, facts)
                except DefinitionError as error:
                    self.problems[index] = tuple(str(problem) for problem in error.problems)
                    _logger.error("index %s does not fit the supergraph:\n%s", index, error)
                    continue
                self.problems.pop(index, None)
                self._plans[index] = plan
            await self._reload()
        self._ready.set()

    async def reindex(self, index: str) -> None:
        """Begin a new version of an index, whether it is needed or not.

        Raises NoPlan while the index has never been compiled.
        """
        async with self._applying:
            plan = self._plans.get(index)
            if plan is None:
                raise NoPlan(index)
            await self._rebuilder.begin_if_needed(plan, force="asked for")
            await self._refresh_targets(index)

    async def retry_dead_letters(self, index: str) -> int:
        """Try everything again that was set aside; returns how much."""
        count = await self.ledger.retry_dead_letters(index, time.time())
        self._dirty.set()
        return count

    async def _reload(self) -> None:
        for index in self.definitions:
            await reconcile(self.engine, self.versions, index, time.time())
            if index in self._plans and index not in self.problems:
                begun = await self._rebuilder.begin_if_needed(self._plans[index])
                if begun is not None:
                    _logger.info("building %s: %s", begun.engine_index, begun.reason)
            await self._refresh_targets(index)

    async def _refresh_targets(self, index: str) -> None:
        if self._facts is None:
            return
        known = await self.versions.all_of(index)
        self._targets[index] = choose_targets(index, known, self._facts)

    async def work(self, owner: str) -> None:
        """One worker: index what is dirty until cancelled."""
        await self._ready.wait()
        indexer = Indexer(self.ledger, self.engine, self._router, self.metrics, owner, time.time)
        while True:
            try:
                taken = 0
                for index in self.definitions:
                    if self._targets[index].targets:
                        taken += await indexer.index_batch(
                            index, partial(self._targets.__getitem__, index)
                        )
            except (RouterUnavailable, EngineError) as error:
                _logger.warning("indexing waits: %s", error)
                await asyncio.sleep(_OUTAGE_SECONDS)
                continue
            if not taken:
                await self._wait_for_work()

    async def _wait_for_work(self) -> None:
        self._dirty.clear()
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await self._dirty.wait()
        except TimeoutError:
            pass

    async def follow_changes(self) -> None:
        """Turn events into dirty roots until cancelled."""
        await self._ready.wait()
        follower = ChangeFollower(
            self.ledger,
            self.engine,
            self._router,
            self.metrics,
            lambda: list(self._targets.values()),
            time.time,
        )

        async def handle(events: Sequence[Event]) -> None:
            await follower.handle([event.value for event in events])
            self._dirty.set()

        await consume(self._log, CHANGES_TOPIC, CONSUMER_GROUP, handle)

    async def rebuild(self) -> None:
        """Carry rebuilds forward until cancelled."""
        await self._ready.wait()
        while True:
            moved = False
            for index in self.definitions:
                try:
                    moved = await self._rebuild_step(index) or moved
                except (RouterUnavailable, EngineUnavailable) as error:
                    self.waits_for[index] = str(error)
            if moved:
                self._dirty.set()
            else:
                await asyncio.sleep(_IDLE_SECONDS)

    async def _rebuild_step(self, index: str) -> bool:
        async with self._applying:
            targets = self._targets.get(index)
            if targets is None:
                return False
            progress = await self._rebuilder.step(targets)
            if progress.moved:
                await self._refresh_targets(index)
            if progress.live:
                _logger.info("index %s serves a new version", index)
        if progress.waits_for is None:
            self.waits_for.pop(index, None)
        else:
            self.waits_for[index] = progress.waits_for
        return progress.moved

    async def upkeep(self) -> None:
        """Drop what is no longer needed until cancelled."""
        while True:
            for index in self.definitions:
                try:
                    await drop_retired(self.engine, self.versions, index, time.time)
                except EngineError as error:
                    _logger.warning("a retired version stays for now: %s", error)
            await self.ledger.forget_old_changes(time.time())
            await asyncio.sleep(_UPKEEP_SECONDS)
