"""Read server-sent events (HTML, 9.2.6), whose size is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

from reelgraph_router.transport.port import FaultKind, StreamFault

MAX_EVENT_BYTES = 16 * 1024 * 1024


def check_size(size: int) -> None:
    """Raise StreamFault where so many bytes are more than an event may have."""
    if size > MAX_EVENT_BYTES:
        raise StreamFault(FaultKind.TOO_LARGE, f"an event of more than {MAX_EVENT_BYTES} bytes")


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a stream, which end with CRLF, LF or CR; raises StreamFault on one too long."""
    parts: list[bytes] = []
    size = 0
    held = b""
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        check_size(size)
        if not held and b"\n" not in chunk and b"\r" not in chunk:
            continue
        text = b"".join(parts)
        # A CR at the end may be the first half of a CRLF.
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, last = text.split(b"\n")
        for line in whole:
            yield line
        parts = [last + held]
        size = len(parts[0])


async def events(lines: AsyncIterator[bytes]) -> AsyncIterator[tuple[bytes, bytes]]:
    """The events that lines make: kind and data; raises StreamFault on one too large."""
    kind = b"message"
    data: list[bytes] = []
    size = 0
    async for line in lines:
        if not line:
            if kind != b"message" or data:
                yield kind, b"\n".join(data)
            kind, data, size = b"message", [], 0
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            kind = value
        elif field == b"data":
            size += len(value)
            check_size(size)
            data.append(value)
