"""Subscriptions: the root streams from one subgraph, each event is completed through the plan."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault, refuse
from reelgraph_router.execution.answers.read_answer import explain
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.execution.tree.take_errors import read_error
from reelgraph_router.pipeline.finish import finish
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.respond import serialise_result
from reelgraph_router.pipeline.stages import ReadyOperation
from reelgraph_router.pipeline.subscription import (
    Graphs,
    Replaced,
    Stopped,
    Subscription,
    SubscriptionFailed,
)
from reelgraph_router.transport.port import StreamFault, StreamRefusal, TransportFault

_log = logging.getLogger("reelgraph.router.subscription")


class Subscriptions:
    """Runs subscriptions; how many at once is bounded."""

    def __init__(
        self, graphs: Graphs, request_timeout: float, limit: int, drain_seconds: float
    ) -> None:
        self._graphs = graphs
        self._timeout = request_timeout
        self._limit = limit
        self._drain_seconds = drain_seconds
        self._stopping = asyncio.Event()
        self.running = 0

    def stop(self) -> None:
        """End all subscriptions in words; those that start later end at once."""
        self._stopping.set()

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

        A stream that breaks off, or that a new supergraph does not have, ends with one result that
        says so. Raises SubscriptionFailed where the subgraph ends it with errors.
        """
        if not operation.program.fetches:  # the caller may have nothing of it
            run = Run(operation.program, variables, graph.transport, b"", graph.redaction)
            yield finish(run, operation)[0]
            return
        self.running += 1
        subscription = Subscription(
            self._graphs, graph, operation, request, variables, stopping=self._stopping,
            event_seconds=self._timeout, drain_seconds=self._drain_seconds,
        )  # fmt: skip
        try:
            async with aclosing(subscription.results()) as results:
                async for result in results:
                    yield result
        except Replaced:
            message = "The schema has changed; subscribe again."
            yield serialise_result(None, [GraphQLFault(message, Code.SCHEMA_RELOADED)])
        except Stopped:
            message = "The router is shutting down; subscribe again."
            yield serialise_result(None, [GraphQLFault(message, Code.SHUTTING_DOWN)])
        except StreamRefusal as refusal:
            subgraph, redaction = subscription.start.subgraph, subscription.graph.redaction
            faults = [read_error(one, subgraph, 200, redaction) for one in refusal.errors]
            raise SubscriptionFailed(faults) from None
        except StreamFault as fault:
            told = TransportFault(fault.kind, fault.detail)
            subgraph, redaction = subscription.start.subgraph, subscription.graph.redaction
            yield serialise_result(None, [explain(subgraph, told, redaction)])
        except Exception:
            _log.exception("a subscription failed inside the router")
            yield serialise_result(None, [GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)])
        finally:
            self.running -= 1
            subscription.close()
