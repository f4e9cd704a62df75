"""Subgraphs in the router's own process: for tests, tools and embedding.

A subgraph is a function from a GraphQL request to its result. `from_schema` makes one of a
graphql-core schema, `from_asgi` one of any ASGI application.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import orjson
from graphql import ExecutionResult, GraphQLSchema, graphql
from starlette.types import ASGIApp, Message, Scope

from reelgraph_router.transport.port import (
    Call,
    Deliver,
    FaultKind,
    Outcome,
    StreamFault,
    SubgraphAnswer,
    SubgraphRequest,
    TransportFault,
)

JSON_HEADERS = [(b"content-type", b"application/json")]


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What reached a subgraph."""

    query: str
    variables: dict[str, object]
    headers: dict[str, str] = field(default_factory=dict)


Result: TypeAlias = Mapping[str, object] | SubgraphAnswer | TransportFault
Handler = Callable[
    [GraphQLRequest], Result | Awaitable[Result] | AsyncIterable[Mapping[str, object]]
]
"""Answers a request; for a subscription it returns an async iterator of results."""


def read_request(request: SubgraphRequest) -> GraphQLRequest:
    """Read back what the router would put on the wire."""
    document = cast("dict[str, object]", orjson.loads(request.body))
    lines = request.headers.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    variables = cast("dict[str, object]", document.get("variables") or {})
    return GraphQLRequest(str(document["query"]), variables, headers)


class MemoryTransport:
    """Calls functions instead of the network, and keeps count: `calls[name]` lists the requests."""

    def __init__(self, subgraphs: Mapping[str, Handler]) -> None:
        self._subgraphs = subgraphs
        self._running: set[asyncio.Task[None]] = set()
        self.calls: dict[str, list[GraphQLRequest]] = {name: [] for name in subgraphs}

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Call:
        """Start a call; see the port. A handler that raises counts as one that disconnected."""
        task = asyncio.get_running_loop().create_task(self._call(request, deliver))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return _TaskCall(task)

    async def subscribe(self, request: SubgraphRequest) -> AsyncIterator[dict[str, object]]:
        """The results that the handler's async iterator gives."""
        message = read_request(request)
        self.calls[request.subgraph].append(message)
        events = self._subgraphs[request.subgraph](message)
        if not isinstance(events, AsyncIterable):
            raise StreamFault(FaultKind.PROTOCOL, "the handler gave no async iterator")
        async for event in events:
            yield dict(event)

    async def _call(self, request: SubgraphRequest, deliver: Deliver) -> None:
        deliver(await self._outcome(request))

    async def _outcome(self, request: SubgraphRequest) -> Outcome:
        handler = self._subgraphs.get(request.subgraph)
        if handler is None:
            return TransportFault(FaultKind.UNREACHABLE, f"no subgraph {request.subgraph}")
        message = read_request(request)
        self.calls[request.subgraph].append(message)
        try:
            async with asyncio.timeout(request.timeout):
                result = handler(message)
                if inspect.isawaitable(result):
                    result = await result
        except TimeoutError:
            return TransportFault(FaultKind.TIMEOUT, f"no answer within {request.timeout:g} s")
        except Exception as error:
            return TransportFault(FaultKind.DISCONNECTED, repr(error))
        if isinstance(result, SubgraphAnswer | TransportFault):
            return result
        return SubgraphAnswer(200, JSON_HEADERS, orjson.dumps(result))

    async def close(self) -> None:
        """Nothing to close: each call ends with its request, and several graphs may share this."""


class _TaskCall:
    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def cancel(self) -> None:
        self._task.cancel()


def from_schema(schema: GraphQLSchema, root_value: object = None) -> Handler:
    """A subgraph that executes with graphql-core; federation's root fields must be in `schema`."""

    async def handle(request: GraphQLRequest) -> Mapping[str, object]:
        result: ExecutionResult = await graphql(
            schema, request.query, root_value=root_value, variable_values=request.variables
        )
        return cast("Mapping[str, object]", result.formatted)

    return handle


def from_asgi(app: ASGIApp, path: str = "/graphql") -> Handler:
    """A subgraph that is an ASGI application answering POST at `path`."""

    async def handle(request: GraphQLRequest) -> SubgraphAnswer:
        body = orjson.dumps({"query": request.query, "variables": request.variables})
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        headers += [(k.encode(), v.encode()) for k, v in request.headers.items()]
        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": headers, "client": ("127.0.0.1", 0), "server": None,
        }  # fmt: skip
        sent: list[Message] = []
        incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return _collect_answer(sent)

    return handle


def _collect_answer(messages: list[Message]) -> SubgraphAnswer:
    start = messages[0]
    body = b"".join(m.get("body", b"") for m in messages[1:])
    return SubgraphAnswer(int(start["status"]), list(start.get("headers", [])), body)
