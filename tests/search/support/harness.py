"""An indexer over real SQLite, a real engine and a graph that tests can change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from film_graph import FACTS, FilmGraph, definition

from reelgraph_dgs.database import Database
from reelgraph_search.adapters.tantivy import TantivyEngine
from reelgraph_search.definition import IndexDefinition
from reelgraph_search.indexing.follow_changes import ChangeFollower
from reelgraph_search.indexing.index_batch import Indexer
from reelgraph_search.indexing.ledger import Ledger
from reelgraph_search.indexing.metrics import Metrics
from reelgraph_search.indexing.rebuild import Rebuilder
from reelgraph_search.indexing.swap_alias import reconcile
from reelgraph_search.indexing.targets import Targets, choose_targets, make_plan
from reelgraph_search.indexing.versions import VersionStore
from reelgraph_search.ports import EngineQuery, SearchEngine


@dataclass
class Clock:
    """A clock that tests move."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Harness:
    """All parts of the indexer, driven by hand instead of by background work."""

    ledger: Ledger
    versions: VersionStore
    engine: SearchEngine
    graph: FilmGraph
    clock: Clock = field(default_factory=Clock)
    metrics: Metrics = field(default_factory=Metrics)
    definition: IndexDefinition = field(default_factory=definition)
    targets: Targets = field(default_factory=lambda: Targets("films", ()))

    def indexer(self, owner: str = "w1") -> Indexer:
        return Indexer(self.ledger, self.engine, self.graph, self.metrics, owner, self.clock)

    def rebuilder(self) -> Rebuilder:
        return Rebuilder(self.ledger, self.versions, self.engine, self.graph, self.clock)

    async def reload(self) -> None:
        known = await self.versions.all_of("films")
        self.targets = choose_targets("films", known, FACTS)

    async def index_all(self, owner: str = "w1") -> int:
        """Index whatever is due."""
        total = 0
        while taken := await self.indexer(owner).index_batch("films", lambda: self.targets):
            total += taken
        return total

    async def build(self) -> None:
        """Begin what the definition needs and carry it on until it serves."""
        await reconcile(self.engine, self.versions, "films", self.clock())
        await self.rebuilder().begin_if_needed(make_plan(self.definition, FACTS))
        for _ in range(50):
            await self.reload()
            await self.index_all()
            progress = await self.rebuilder().step(self.targets)
            if not any(target.building for target in self.targets.targets) or progress.live:
                await self.reload()
                return
        raise AssertionError(f"the index does not get ready: {progress}")

    async def tell(self, type: str, id: str, op: str = "UPSERT", **more: Any) -> None:
        """Hand an event to the follower."""
        event = {"id": "e", "type": type, "key": {"id": id}, "op": op, **more}
        follower = ChangeFollower(
            self.ledger, self.engine, self.graph, self.metrics, lambda: [self.targets], self.clock
        )
        await follower.handle([json.dumps(event).encode()])

    async def names(self) -> list[str]:
        """Names of all documents that the alias finds."""
        index = await self.engine.alias_target("films")
        assert index is not None
        await self.engine.refresh(index)
        answer = await self.engine.search(index, EngineQuery(size=100, with_body=True))
        return [str((hit.body or {})["name"]) for hit in answer.hits]


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Ask again and again until the answer is yes."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - an answer over HTTP is no event to wait for
            await asyncio.sleep(0.02)


@asynccontextmanager
async def harness(
    folder: Path, graph: FilmGraph, engine: SearchEngine | None = None
) -> AsyncIterator[Harness]:
    """Open everything under a folder."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'ledger.db'}")
    ledger = Ledger(database)
    await ledger.open()
    opened = engine or TantivyEngine(folder / "engine")
    try:
        yield Harness(ledger, VersionStore(database), opened, graph)
    finally:
        await opened.close()
        await database.close()
