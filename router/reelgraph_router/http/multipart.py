"""Answer over `multipart/mixed`: each payload is a part of its own.

Clients read a part when the boundary after it is there, so that is sent along with the part.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from reelgraph_kit.asgi import Send
from reelgraph_router.http.event_stream import with_pauses
from reelgraph_router.pipeline.respond import serialise_refusal
from reelgraph_router.pipeline.subscription import SubscriptionFailed

BOUNDARY = b"\r\n---"
PART_HEAD = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
END = b"--\r\n"
HEARTBEAT = b"{}"
HEARTBEAT_SECONDS = 5.0

Headers = list[tuple[bytes, bytes]]


async def send_multipart(
    payloads: AsyncIterator[bytes], send: Send, extra: Headers, parameter: str
) -> None:
    """Send payloads as they come; `parameter` tells the client their format."""
    headers = [
        (b"content-type", b'multipart/mixed; boundary="-"; ' + parameter.encode()),
        (b"cache-control", b"no-cache"),
        (b"x-accel-buffering", b"no"),
        *extra,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    before = BOUNDARY
    async for payload in payloads:
        chunk = before + PART_HEAD + payload + BOUNDARY
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        before = b""
    await send({"type": "http.response.body", "body": before + END, "more_body": False})


async def as_subscription(results: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The payloads of a subscription over multipart, with an empty one where nothing happens.

    Errors that end it stand beside a payload that is null.

    Source: Apollo's multipart protocol for GraphQL subscriptions (`subscriptionSpec=1.0`).
    """
    try:
        async with aclosing(with_pauses(results, HEARTBEAT_SECONDS)) as paced:
            async for body in paced:
                yield HEARTBEAT if body is None else b'{"payload":' + body + b"}"
    except SubscriptionFailed as failed:
        yield b'{"payload":null,' + serialise_refusal(failed.faults)[1:]
