"""A request, top to bottom."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass

from reelgraph_router import defaults
from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault, RequestError, refuse
from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.incremental.deferred_run import DeferredRun
from reelgraph_router.execution.tree.timeline import Timeline
from reelgraph_router.hooks import Hooks, call
from reelgraph_router.identity.subgraph_headers import deadline_line
from reelgraph_router.json_text import write_json
from reelgraph_router.pipeline.answer_in_parts import answer_in_parts, begun
from reelgraph_router.pipeline.documents import DocumentRules, Documents
from reelgraph_router.pipeline.finish import finish
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.incremental_formats import IncrementalFormat
from reelgraph_router.pipeline.make_run import count_at_end, make_run
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.respond import serialise_refusal
from reelgraph_router.pipeline.shared_runs import RunningRequest, SharedRuns, Waiter
from reelgraph_router.pipeline.stages import ReadyOperation
from reelgraph_router.pipeline.subscribe import Subscriptions
from reelgraph_router.supergraph_source.hot_swap import HotSwap
from reelgraph_router.usage.count import UsageCounter

_log = logging.getLogger("reelgraph.router.request")


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response. `refusal` is set where nothing was executed."""

    body: bytes
    refusal: RequestError | None = None


class Pipeline:
    """Answers requests from the supergraph being served."""

    def __init__(
        self,
        graphs: HotSwap,
        *,
        hooks: Hooks | None = None,
        request_timeout: float = defaults.REQUEST_SECONDS,
        share: bool = False,
        max_running: int = defaults.MOST_RUNNING,
        max_subscriptions: int = defaults.MOST_SUBSCRIPTIONS,
        subscription_drain: float = defaults.DRAIN_SECONDS,
        usage: UsageCounter | None = None,
        documents: DocumentRules | None = None,
    ) -> None:
        self._graphs = graphs
        self._hooks = hooks or Hooks()
        self._timeout = request_timeout
        self._share = share
        self._usage = usage
        self._documents = Documents(documents or DocumentRules())
        self.shared = SharedRuns(max_running)
        self.subscriptions = Subscriptions(
            graphs, request_timeout, max_subscriptions, subscription_drain
        )

    async def handle(self, request: ClientRequest) -> Answer:
        """Answer a query or a mutation; never raises but for cancellation."""
        try:
            return Answer(await self._execute(request))
        except RequestError as error:
            return Answer(serialise_refusal(error.faults), error)
        except Exception:
            _log.exception("a request failed inside the router")
            fault = GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)
            return Answer(serialise_refusal([fault]), RequestError([fault], 500))

    async def _execute(self, request: ClientRequest) -> bytes:
        await self._admit(request)
        graph = self.current_graph()
        graph.enter()
        try:
            operation = await self.ready_operation(graph, request)
            refuse_wrong_method(operation, request)
            variables = operation.coerce(request.variables)
            if operation.unauthorized is not None:
                operation.unauthorized.refuse(variables, request)
            return await self._run(graph, operation, request, variables)
        finally:
            graph.leave()

    async def subscribe(self, request: ClientRequest) -> AsyncIterator[bytes] | None:
        """The results of a subscription; None where the operation is another one.

        Raises RequestError when the request is refused.
        """
        await self._admit(request)
        graph = self.current_graph()
        operation = await self.ready_operation(graph, request)
        if operation.kind != "subscription":
            return None
        variables = operation.coerce(request.variables)
        if operation.unauthorized is not None:
            operation.unauthorized.refuse(variables, request)
        self.subscriptions.admit()
        self._count_stream(operation, request, variables)
        return self.subscriptions.results(graph, operation, request, variables)

    async def deliver(
        self, request: ClientRequest, format_: IncrementalFormat
    ) -> AsyncGenerator[bytes] | None:
        """The payloads of an operation with `@defer`; None where nothing is deferred.

        Raises RequestError when the request is refused. Such answers are not shared with equal
        requests, though the plan is.
        """
        await self._admit(request)
        graph = self.current_graph()
        graph.enter()
        try:
            operation = await self.ready_operation(graph, request)
            if operation.defer_variables is None or operation.kind == "subscription":
                return None
            refuse_wrong_method(operation, request)
            variables = operation.coerce(request.variables)
            whole, deferring = operation, operation.deferring(variables)
            operation = await self.ready_operation(graph, request, deferring)
            if operation.unauthorized is not None:
                operation.unauthorized.refuse(variables, request)
            if not operation.program.plan.deferred:
                return None
            self._count_stream(whole, request, variables)
            headers = request.subgraph_headers + deadline_line(time.time() + self._timeout)
            run = DeferredRun(
                operation.program, variables, graph.transport, headers, graph.redaction,
                introspection=await graph.introspection.answer(operation.program.plan, variables),
                timeline=Timeline() if request.include_plan else None,
            )  # fmt: skip
            payloads = answer_in_parts(graph, run, operation, format_, self._timeout)
            return await begun(payloads)
        finally:
            graph.leave()

    def _count_stream(
        self, operation: ReadyOperation, request: ClientRequest, variables: Mapping[str, object]
    ) -> None:
        """Count an operation that is answered in parts, when it starts."""
        if self._usage is not None and operation.counted is not None:
            self._usage.count(operation.counted, request.client, variables, 0.0, failed=False)

    async def _admit(self, request: ClientRequest) -> None:
        """Find the document that a request names, and call the hooks of the first stage, once."""
        self._resolve_document(request)
        if self._hooks.request and not request.admitted:
            request.admitted = True
            await call(self._hooks.request, request)

    def _resolve_document(self, request: ClientRequest) -> None:
        if request.document_id or self._documents.checks_all:
            self._documents.resolve(request)

    def current_graph(self) -> Graph:
        """The graph being served; raises RequestError (503) while there is none."""
        graph = self._graphs.current
        if graph is None:
            raise refuse(
                "The router has no supergraph yet. Try again in a moment.", Code.NOT_READY, 503
            )
        return graph

    async def ready_operation(
        self, graph: Graph, request: ClientRequest, deferring: frozenset[str] | None = None
    ) -> ReadyOperation:
        """The operation, from the cache or made ready now; raises RequestError.

        With `deferring` it is the operation to answer in parts; see operations.py.
        """
        found = graph.operations.recall(request.query, request.operation_name, deferring)
        if found is None:
            found = await graph.operations.prepare(request, deferring)
        if request.to_persist:
            self._documents.keep(request)
        return found

    async def _run(
        self, graph: Graph, operation: ReadyOperation, request: ClientRequest,
        variables: Mapping[str, object],
    ) -> bytes:  # fmt: skip
        introspection = await graph.introspection.answer(operation.program.plan, variables)
        return await self.shared.wait(
            self._start(graph, operation, request, variables, introspection=introspection)
        )

    def begin(self, request: ClientRequest, waiter: Waiter) -> RunningRequest | None:
        """Start to answer a query at once, for a waiter; None where something must be awaited.

        Raises RequestError where the long way would refuse the request as well.
        """
        graph = self._graphs.current
        if graph is None or self._hooks.request:
            return None
        self._resolve_document(request)
        operation = graph.operations.recall(request.query, request.operation_name)
        if operation is None or operation.kind != "query" or operation.unauthorized is not None:
            return None
        if operation.program.plan.introspection is not None:
            return None
        if request.to_persist:
            self._documents.keep(request)
        variables = operation.coerce(request.variables)
        return self._start(graph, operation, request, variables, waiter=waiter)

    def _start(
        self,
        graph: Graph,
        operation: ReadyOperation,
        request: ClientRequest,
        variables: Mapping[str, object],
        *,
        introspection: Introspected | None = None,
        waiter: Waiter | None = None,
    ) -> RunningRequest:
        """Start a run, or join an equal one; raises RequestError (503) where too many run."""
        key = None
        if self._share and operation.kind == "query" and not request.include_plan:
            # The program stands for the operation and for what this caller may have of it.
            key = (
                operation.program,
                write_json(variables) if variables else b"",
                request.subgraph_headers,
            )
            under_way = self.shared.find(key)
            if under_way is not None:
                if waiter is not None:
                    under_way.waiters.append(waiter)
                if self._usage is not None:
                    count_at_end(self._usage, under_way, operation, request, variables)
                return under_way
        self.shared.admit()
        headers = request.subgraph_headers + deadline_line(time.time() + self._timeout)
        run = make_run(graph, operation, request, variables, headers, introspection)
        running = RunningRequest(run, operation, self._timeout, finish)
        graph.enter()
        running.on_end = graph.leave
        if self._usage is not None:
            count_at_end(self._usage, running, operation, request, variables)
        self.shared.start(running, key, waiter)
        return running


def refuse_wrong_method(operation: ReadyOperation, request: ClientRequest) -> None:
    """Raise RequestError where the operation cannot be answered in this way."""
    if operation.kind == "mutation" and not request.mutations_allowed:
        raise refuse(
            "Mutations must be sent with POST.", Code.BAD_REQUEST, 405,
            headers=((b"allow", b"POST"),),
        )  # fmt: skip
    if operation.kind == "subscription":
        raise refuse(
            "Subscriptions need an answer in parts: connect with WebSocket (graphql-transport-ws) "
            "or accept text/event-stream or multipart/mixed;subscriptionSpec=1.0.",
            Code.BAD_REQUEST,
            406,
        )
