"""Answer over server-sent events (GraphQL over SSE, distinct connections mode)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from reelgraph_kit.asgi import Send
from reelgraph_router.pipeline.respond import serialise_refusal
from reelgraph_router.pipeline.subscription import SubscriptionFailed

KEEP_ALIVE_SECONDS = 12.0
KEEP_ALIVE = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"

Headers = list[tuple[bytes, bytes]]


async def send_events(
    results: AsyncIterator[bytes], send: Send, extra: Headers, status: int = 200
) -> None:
    """Send each result as an event `next`, then `complete`; a comment now and then meanwhile."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": KEEP_ALIVE, "more_body": True})
    async with aclosing(cast("AsyncGenerator[bytes]", results)):
        async for body in with_pauses(results_and_errors(results), KEEP_ALIVE_SECONDS):
            chunk = KEEP_ALIVE if body is None else b"event: next\ndata: " + body + b"\n\n"
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": COMPLETE, "more_body": False})


async def results_and_errors(results: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The results; errors that end a subscription are a last one without data.

    The protocol has no event for them, and a result without data is one of a request that failed.
    """
    try:
        async for body in results:
            yield body
    except SubscriptionFailed as failed:
        yield serialise_refusal(failed.faults)


async def with_pauses(
    results: AsyncIterator[bytes], seconds: float
) -> AsyncGenerator[bytes | None]:
    """The results, and None whenever none came for so many seconds."""
    waiting: asyncio.Future[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(results))
            done, _ = await asyncio.wait({waiting}, timeout=seconds)
            if not done:
                yield None
                continue
            try:
                body = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield body
    finally:
        if waiting is not None and not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)


async def one_result(body: bytes) -> AsyncIterator[bytes]:
    """A stream with a single result, for queries over an event stream."""
    yield body
