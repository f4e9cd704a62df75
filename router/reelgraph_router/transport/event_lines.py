"""Read server-sent events (HTML, 9.2.6), whose size is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reelgraph_router.transport.port import FaultKind, StreamFault
from reelgraph_router.transport.stream_place import StreamPlace

MAX_EVENT_BYTES = 16 * 1024 * 1024


def check_size(size: int) -> None:
    """Raise StreamFault where so many bytes are more than an event may have."""
    if size > MAX_EVENT_BYTES:
        raise StreamFault(FaultKind.TOO_LARGE, f"an event of more than {MAX_EVENT_BYTES} bytes")


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a stream, which end with CRLF, LF or CR; raises StreamFault on one too long."""
    pending = bytearray()
    held = b""
    async for chunk in chunks:
        pending += chunk
        check_size(len(pending))
        if not held and b"\n" not in chunk and b"\r" not in chunk:
            continue
        text = bytes(pending)
        # A CR at the end may be the first half of a CRLF.
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, last = text.split(b"\n")
        for line in whole:
            yield line
        pending = bytearray(last + held)


async def events(
    lines: AsyncIterator[bytes], place: StreamPlace | None = None
) -> AsyncIterator[tuple[bytes, bytes]]:
    """The events that lines make: kind and data; raises StreamFault on one too large.

    `place` is told of the ids that events have and of the time after which to come back.
    """
    place = place or StreamPlace()
    kind, data, last_id = b"message", bytearray(), place.last_id
    async for line in lines:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            place.last_id = last_id
            if kind != b"message" or data:
                yield kind, bytes(data[:-1])
            kind, data = b"message", bytearray()
        elif field == b"event":
            kind = value
        elif field == b"data":
            data += value + b"\n"
            check_size(len(data))
        elif field == b"id" and value.isascii() and value.decode("ascii").isprintable():
            last_id = value
        elif field == b"retry" and value.isdigit() and len(value) < 6:
            place.retry_seconds = int(value) / 1000
