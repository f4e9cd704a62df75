"""Subscriptions: the root streams from one subgraph, each event is completed through the plan."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping

import orjson

from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault, refuse
from reelgraph_router.execution.introspected import Introspected
from reelgraph_router.execution.read_answer import explain
from reelgraph_router.execution.run import Run, subscription_request
from reelgraph_router.identity.subgraph_headers import deadline_line
from reelgraph_router.pipeline.finish import finish
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.respond import serialise_result
from reelgraph_router.pipeline.stages import ReadyOperation
from reelgraph_router.transport.port import StreamFault, SubgraphAnswer, TransportFault

_log = logging.getLogger("reelgraph.router.subscription")


class Subscriptions:
    """Runs subscriptions; how many at once is bounded."""

    def __init__(self, request_timeout: float, limit: int) -> None:
        self._timeout = request_timeout
        self._limit = limit
        self.running = 0

    def admit(self) -> None:
        """Raise RequestError (503) when no more subscriptions may start."""
        if self.running >= self._limit:
            raise refuse(
                "The router runs as many subscriptions as it may. Try again later.",
                Code.LIMIT_EXCEEDED,
                503,
            )

    async def results(
        self,
        graph: Graph,
        operation: ReadyOperation,
        request: ClientRequest,
        variables: Mapping[str, object],
    ) -> AsyncIterator[bytes]:
        """Serialised results, one for each event; ends when the subgraph completes.

        The graph that the subscription began with stays open until it ends. A stream that breaks off
        ends with one result that says so.
        """
        if not operation.program.fetches:  # the caller may have nothing of it
            run = Run(operation.program, variables, graph.transport, b"", graph.redaction)
            yield finish(run, operation)[0]
            return
        stream = operation.program.fetches[0]
        headers = request.subgraph_headers
        graph.enter()
        self.running += 1
        try:
            introspection = await graph.introspection.answer(operation.program.plan, variables)
            start = subscription_request(operation.program, variables, headers)
            async for event in graph.transport.subscribe(start):
                yield await self._complete(
                    graph, operation, request, variables, event, introspection
                )
        except StreamFault as fault:
            told = TransportFault(fault.kind, fault.detail)
            yield serialise_result(None, [explain(stream.subgraph, told, graph.redaction)])
        except Exception:
            _log.exception("a subscription failed inside the router")
            yield serialise_result(None, [GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)])
        finally:
            self.running -= 1
            graph.leave()

    async def _complete(
        self,
        graph: Graph,
        operation: ReadyOperation,
        request: ClientRequest,
        variables: Mapping[str, object],
        event: Mapping[str, object],
        introspection: Introspected | None,
    ) -> bytes:
        """Fetch what else the event needs, and shape the result."""
        headers = request.subgraph_headers + deadline_line(time.time() + self._timeout)
        run = Run(
            operation.program, variables, graph.transport, headers, graph.redaction,
            introspection=introspection,
        )  # fmt: skip
        done: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        run.take_event(SubgraphAnswer(200, [], orjson.dumps(event)))
        run.resume(done.set_result)
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.shield(done)
        except TimeoutError:
            run.expire()
        except asyncio.CancelledError:
            run.cancel()
            raise
        return finish(run, operation)[0]
