"""One subscription: its stream at a subgraph, and the graph that completes its events.

When another supergraph takes over, the stream goes on where the new plan would start the very same one;
its events are completed by the new plan from then on. Otherwise the subscription ends after a
random time, so that not all clients come back at once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Literal, Protocol, cast

from reelgraph_router.errors import GraphQLFault, RequestError
from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.requests import subscription_request
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.identity.subgraph_headers import deadline_line
from reelgraph_router.json_text import write_json
from reelgraph_router.pipeline.finish import finish
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.stages import ReadyOperation
from reelgraph_router.transport.port import SubgraphAnswer, SubgraphRequest

Event = Mapping[str, object]


class Replaced(Exception):
    """The supergraph that took over has no such stream."""


class SubscriptionFailed(Exception):
    """The subgraph ended the subscription with errors, which its client gets as what they are."""

    def __init__(self, faults: list[GraphQLFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


class Stopped(Exception):
    """The router ends."""


class Graphs(Protocol):
    """Where the graph being served is found."""

    current: Graph | None


class Subscription:
    """A running subscription; `close` must follow whatever becomes of it."""

    def __init__(
        self,
        graphs: Graphs,
        graph: Graph,
        operation: ReadyOperation,
        request: ClientRequest,
        variables: Mapping[str, object],
        *,
        stopping: asyncio.Event,
        event_seconds: float,
        drain_seconds: float,
    ) -> None:
        self.graph = graph
        self.start = subscription_request(operation.program, variables, request.subgraph_headers)
        self._graphs = graphs
        self._operation = operation
        self._request = request
        self._variables = variables
        self._event_seconds = event_seconds
        self._drain_seconds = drain_seconds
        self._ends_at: float | None = None
        self._introspection: Introspected | None = None
        self._stopping = stopping
        self._signals: list[asyncio.Task[Literal[True]]] = []
        graph.enter()

    def close(self) -> None:
        """Let go of the graph."""
        self._forget_signals()
        self.graph.leave()

    async def results(self) -> AsyncGenerator[bytes]:
        """Serialised results, one for each event.

        Raises StreamFault when the stream breaks off, and `Replaced`.
        """
        await self._introspect()
        async with aclosing(self._events()) as events:
            async for event in events:
                yield await self._complete(event)

    async def _events(self) -> AsyncGenerator[Event]:
        stream = cast("AsyncGenerator[Event]", self.graph.transport.subscribe(self.start))
        waiting: asyncio.Future[Event] | None = None
        async with aclosing(stream):
            try:
                while True:
                    waiting = asyncio.ensure_future(anext(stream))
                    await self._wait(waiting)
                    try:
                        event = waiting.result()
                    except StopAsyncIteration:
                        return
                    yield event
            finally:
                if waiting is not None:
                    waiting.cancel()
                    await asyncio.gather(waiting, return_exceptions=True)

    async def _wait(self, event: asyncio.Future[Event]) -> None:
        """Wait for an event, minding the graph meanwhile; raises `Replaced` and `Stopped`."""
        loop = asyncio.get_running_loop()
        while True:
            if self._stopping.is_set():
                raise Stopped
            if self._ends_at is None and self.graph.replaced.is_set():
                await self._follow()
                continue
            if self._ends_at is not None and loop.time() >= self._ends_at:
                raise Replaced
            if event.done():
                return
            seconds = None if self._ends_at is None else self._ends_at - loop.time()
            if not self._signals:
                waited = (
                    [self._stopping]
                    if seconds is not None
                    else [self._stopping, self.graph.replaced]
                )
                self._signals = [asyncio.ensure_future(one.wait()) for one in waited]
            first: set[asyncio.Future[Any]] = {event, *self._signals}
            await asyncio.wait(first, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    def _forget_signals(self) -> None:
        for one in self._signals:
            one.cancel()
        self._signals = []

    async def _follow(self) -> None:
        """Go over to the graph that took over, or decide when to end."""
        self._forget_signals()
        graph = self._graphs.current
        if graph is None or not await self._go_over(graph):
            seconds = random.uniform(0, self._drain_seconds)
            self._ends_at = asyncio.get_running_loop().time() + seconds

    async def _go_over(self, graph: Graph) -> bool:
        """Complete what follows by another graph; False where its stream would be another one."""
        request = self._request
        try:
            operation = graph.operations.recall(request.query, request.operation_name)
            if operation is None:
                operation = await graph.operations.prepare(request)
            variables = operation.coerce(request.variables)
            if operation.unauthorized is not None:
                operation.unauthorized.refuse(variables, request)
        except RequestError:
            return False
        if not operation.program.fetches:
            return False
        start = subscription_request(operation.program, variables, request.subgraph_headers)
        if (
            _address(graph, start) != _address(self.graph, self.start)
            or start.body != self.start.body
        ):
            return False
        graph.enter()
        self.graph.leave()
        self.graph, self._operation, self._variables = graph, operation, variables
        await self._introspect()
        return True

    async def _introspect(self) -> None:
        plan = self._operation.program.plan
        self._introspection = await self.graph.introspection.answer(plan, self._variables)

    async def _complete(self, event: Event) -> bytes:
        """Fetch what else the event needs, and shape the result."""
        headers = self._request.subgraph_headers + deadline_line(time.time() + self._event_seconds)
        operation, graph = self._operation, self.graph
        run = Run(
            operation.program, self._variables, graph.transport, headers, graph.redaction,
            introspection=self._introspection,
        )  # fmt: skip
        done: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        run.take_event(SubgraphAnswer(200, [], write_json(event)))
        run.resume(done.set_result)
        try:
            async with asyncio.timeout(self._event_seconds):
                await asyncio.shield(done)
        except TimeoutError:
            run.expire()
        except asyncio.CancelledError:
            run.cancel()
            raise
        return finish(run, operation)[0]


def _address(graph: Graph, start: SubgraphRequest) -> tuple[str, str]:
    return start.subgraph, graph.supergraph.subgraphs[start.subgraph].url
