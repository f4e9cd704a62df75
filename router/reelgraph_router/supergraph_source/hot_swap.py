"""Serve the newest good supergraph: build it aside, then swap one reference.

Requests under way hold the graph that they began with. A supergraph that cannot be served is refused
with a log line, and the one before it stays.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from reelgraph_federation.supergraph import InvalidSupergraphError
from reelgraph_router.pipeline.graph import (
    Graph,
    GraphRules,
    MakeTransport,
    load_supergraph,
    subgraph_urls,
)
from reelgraph_router.pipeline.preparation import Planners
from reelgraph_router.supergraph_source.port import SupergraphDocument, SupergraphSource
from reelgraph_router.transport.http import InvalidSubgraphUrl

WARM_OPERATIONS = 100
WARM_SECONDS = 2.0

_log = logging.getLogger("reelgraph.router.supergraph")


class HotSwap:
    """Holds the graph being served in `current`, None until the first one is there."""

    def __init__(
        self,
        rules: GraphRules,
        make_transport: MakeTransport,
        executor: Planners | None = None,
        on_swap: Callable[[], None] | None = None,
    ) -> None:
        self.current: Graph | None = None
        self.refused = ""
        self._rules = rules
        self._make_transport = make_transport
        self._executor = executor
        self._on_swap = on_swap
        self._arrived = asyncio.Event()

    async def follow(self, source: SupergraphSource) -> None:
        """Serve each document that the source gives; ends only by SourceError or cancellation."""
        async for document in source.documents():
            if await self.swap(document):
                await source.keep(document)

    async def swap(self, document: SupergraphDocument) -> bool:
        """Take over a document; False when it cannot be served."""
        loop = asyncio.get_running_loop()
        old = self.current
        started = time.perf_counter()
        try:
            supergraph = await loop.run_in_executor(self._executor, load_supergraph, document)
            urls = subgraph_urls(supergraph, self._rules.urls)
            transport = self._make_transport(urls)
        except (InvalidSupergraphError, InvalidSubgraphUrl) as error:
            self.refused = str(error)
            _log.error(
                "supergraph %s from %s refused: %s", document.version, document.origin, error
            )
            return False
        graph = Graph(supergraph, document.version, transport, self._rules, self._executor)
        if old is not None:
            hottest = old.operations.most_recent(WARM_OPERATIONS)
            await graph.operations.warm(hottest, WARM_SECONDS)
        self.current = graph
        self.refused = ""
        self._arrived.set()
        if old is not None:
            old.retire()
        if self._on_swap is not None:
            self._on_swap()
        _log.info(
            "serving supergraph %s from %s, made ready in %d ms",
            document.version, document.origin, (time.perf_counter() - started) * 1000,
        )  # fmt: skip
        return True

    async def first(self) -> None:
        """Wait until some supergraph is being served."""
        await self._arrived.wait()

    async def close(self) -> None:
        """Close the connections of the graph being served."""
        if self.current is not None:
            await self.current.transport.close()
