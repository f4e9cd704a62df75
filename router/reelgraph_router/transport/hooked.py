"""A transport with hooks around it; only wired where there are any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import orjson

from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault, RequestError
from reelgraph_router.hooks import Hook, Hooks, SubgraphExchange, call
from reelgraph_router.transport.port import (
    Call,
    Deliver,
    HookAnswer,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)

_log = logging.getLogger("reelgraph.router.hooks")


def hooked(transport: Transport, hooks: Hooks) -> Transport:
    """The transport itself where no hook concerns it."""
    if hooks.subgraph_request or hooks.subgraph_response:
        return HookedTransport(transport, hooks)
    return transport


class _Sending:
    """A request with its hooks, on its way."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def cancel(self) -> None:
        self._task.cancel()


class HookedTransport:
    """Calls hooks before each request to a subgraph and after each answer."""

    def __init__(self, inner: Transport, hooks: Hooks) -> None:
        self._inner = inner
        self._hooks = hooks

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Call:
        """Start a request; see the port."""
        return _Sending(asyncio.get_running_loop().create_task(self._send(request, deliver)))

    async def _send(self, request: SubgraphRequest, deliver: Deliver) -> None:
        exchange = SubgraphExchange(request)
        await _call(self._hooks.subgraph_request, exchange)
        if exchange.outcome is None:
            exchange.outcome = await self._ask(exchange.request)
        await _call(self._hooks.subgraph_response, exchange)
        assert exchange.outcome is not None
        deliver(exchange.outcome)

    async def _ask(self, request: SubgraphRequest) -> Outcome:
        arrived: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def take(outcome: Outcome) -> None:
            if not arrived.done():
                arrived.set_result(outcome)

        under_way = self._inner.send(request, take)
        try:
            return await arrived
        except asyncio.CancelledError:
            under_way.cancel()
            raise

    async def subscribe(self, request: SubgraphRequest) -> AsyncIterator[dict[str, object]]:
        """Start a subscription; see the port. A hook may answer with one result in its place."""
        exchange = SubgraphExchange(request)
        await _call(self._hooks.subgraph_request, exchange)
        if isinstance(exchange.outcome, SubgraphAnswer):
            yield cast("dict[str, object]", orjson.loads(exchange.outcome.body))
            return
        events = cast("AsyncGenerator[dict[str, object]]", self._inner.subscribe(exchange.request))
        async with aclosing(events):
            async for event in events:
                yield event

    async def close(self) -> None:
        """Close the transport underneath."""
        await self._inner.close()


async def _call(hooks: tuple[Hook[SubgraphExchange], ...], exchange: SubgraphExchange) -> None:
    """Call hooks; one that raises answers in the subgraph's place."""
    try:
        await call(hooks, exchange)
    except RequestError as error:
        exchange.outcome = _answer(list(error.faults))
    except Exception:
        _log.exception("a hook failed at a request to %s", exchange.request.subgraph)
        exchange.outcome = _answer([GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)])


def _answer(faults: list[GraphQLFault]) -> SubgraphAnswer:
    body = orjson.dumps({"errors": [fault.to_json() for fault in faults]})
    return HookAnswer(200, [], body)
