"""The router without a server: for tests, tools and applications that embed it.

router = await EmbeddedRouter.of(supergraph_sdl, MemoryTransport({"products": handler}))
answer = await router.execute("{ topProducts { name } }")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import cast

import orjson

from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router import defaults
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.graph import GraphRules
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.incremental_formats import INCREMENTAL_V02, IncrementalFormat
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.supergraph_source.file import text_version
from reelgraph_router.supergraph_source.hot_swap import HotSwap
from reelgraph_router.supergraph_source.port import SupergraphDocument
from reelgraph_router.transport.port import Transport

Json = dict[str, object]


class EmbeddedRouter:
    """Answers GraphQL requests in process, over any transport."""

    def __init__(self, pipeline: Pipeline, graphs: HotSwap) -> None:
        self.pipeline = pipeline
        self.graphs = graphs

    @classmethod
    async def of(
        cls,
        supergraph_sdl: str,
        transport: Transport,
        *,
        rules: GraphRules | None = None,
        hooks: Hooks | None = None,
        request_timeout: float = defaults.REQUEST_SECONDS,
    ) -> EmbeddedRouter:
        """Make a router for a supergraph.

        Raises ValueError with the reason when the supergraph is not valid.
        """
        rules = rules or GraphRules(redaction=Redaction(expose=True))
        if hooks is not None:
            rules = replace(rules, hooks=hooks)
        graphs = HotSwap(rules, lambda urls: transport)
        document = SupergraphDocument(supergraph_sdl, text_version(supergraph_sdl), "memory")
        if not await graphs.swap(document):
            raise ValueError(graphs.refused)
        return cls(Pipeline(graphs, hooks=hooks, request_timeout=request_timeout), graphs)

    async def deliver(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        operation_name: str | None = None,
        identity: Identity = ANONYMOUS,
        *,
        format_: IncrementalFormat = INCREMENTAL_V02,
    ) -> AsyncIterator[Json]:
        """Answer an operation with `@defer` in parts, or any other one in a single one."""
        request = ClientRequest(query, operation_name, dict(variables or {}), identity=identity)
        payloads = await self.pipeline.deliver(request, format_)
        if payloads is None:
            answer = await self.pipeline.handle(request)
            yield cast("Json", orjson.loads(answer.body))
            return
        async with aclosing(payloads):
            async for payload in payloads:
                yield cast("Json", orjson.loads(payload))

    async def execute(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        operation_name: str | None = None,
        identity: Identity = ANONYMOUS,
    ) -> Json:
        """Answer a query or a mutation: the response as a client would read it."""
        request = ClientRequest(query, operation_name, dict(variables or {}), identity=identity)
        answer = await self.pipeline.handle(request)
        return cast("Json", orjson.loads(answer.body))
