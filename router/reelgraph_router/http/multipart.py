"""Answer over `multipart/mixed`: each payload is a part of its own.

Clients read a part when the boundary after it is there, so that is sent along with the part.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from reelgraph_kit.asgi import Send

BOUNDARY = b"\r\n---"
PART_HEAD = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
END = b"--\r\n"

Headers = list[tuple[bytes, bytes]]


async def send_multipart(
    payloads: AsyncIterator[bytes], send: Send, extra: Headers, parameter: bytes
) -> None:
    """Send payloads as they come; `parameter` tells the client their format."""
    headers = [
        (b"content-type", b'multipart/mixed; boundary="-"; ' + parameter),
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
