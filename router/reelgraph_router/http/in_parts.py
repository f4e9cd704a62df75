"""Answer a request in more than one piece, where the operation asks for it and the client takes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from reelgraph_kit.asgi import Send
from reelgraph_router.http.event_stream import one_result, send_events
from reelgraph_router.http.multipart import as_subscription, send_multipart
from reelgraph_router.http.negotiate import EVENT_STREAM, SUBSCRIPTION_SPEC, Delivery
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest

Headers = list[tuple[bytes, bytes]]


async def answer_in_parts(
    pipeline: Pipeline,
    request: ClientRequest,
    send: Send,
    extra: Headers,
    deliveries: tuple[Delivery, ...],
    *,
    only: bool,
) -> bool:
    """Send an answer in parts; False where a single answer in JSON is meant.

    `deliveries` are what the client takes, `only` that it takes nothing else: then a single answer
    comes as a stream of one. Raises RequestError.
    """
    for one in deliveries:
        if one.format is not None:
            payloads = await pipeline.deliver(request, one.format)
            if payloads is not None:
                await _send(one, payloads, send, extra)
                return True
            break
    stream = next(
        (one for one in deliveries if one.subscriptions or one.media == EVENT_STREAM), None
    )
    results = await pipeline.subscribe(request) if stream is not None else None
    if stream is not None and results is not None:
        await _send(Delivery(stream.media, None, stream.subscriptions), results, send, extra)
        return True
    if not only:
        return False
    answer = await pipeline.handle(request)
    if answer.refusal is not None:
        raise answer.refusal
    await _send(deliveries[0], one_result(answer.body), send, extra)
    return True


async def _send(
    delivery: Delivery, payloads: AsyncIterator[bytes], send: Send, extra: Headers
) -> None:
    async with aclosing(cast("AsyncGenerator[bytes]", payloads)):
        if delivery.media == EVENT_STREAM:
            await send_events(payloads, send, extra)
        elif delivery.format is not None:
            await send_multipart(payloads, send, extra, delivery.format.parameter)
        else:
            async with aclosing(as_subscription(payloads)) as wrapped:
                await send_multipart(wrapped, send, extra, SUBSCRIPTION_SPEC)
