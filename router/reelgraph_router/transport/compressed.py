"""Answers that a subgraph compressed although it was asked not to."""

from __future__ import annotations

import zlib

from reelgraph_router.transport.port import FaultKind, Outcome, SubgraphAnswer, TransportFault

GZIP_START = b"\x1f\x8b"
"""With these bytes no JSON begins."""

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def decompressed(answer: SubgraphAnswer, most: int) -> Outcome:
    """An answer in gzip with its body as it was, which may have so many bytes.

    A fault where the compressed data are broken; other answers come back as they are.
    """
    if answer.header(b"content-encoding").strip().lower() not in (b"gzip", b"x-gzip"):
        return answer
    found: list[bytes] = []
    size, rest = 0, answer.body
    while rest:
        reader = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = reader.decompress(rest, most - size + 1)
        except zlib.error as error:
            return TransportFault(FaultKind.PROTOCOL, f"broken gzip: {error}")
        size += len(part)
        if size > most:
            return TransportFault(FaultKind.TOO_LARGE, f"more than {most} bytes in gzip")
        if not reader.eof:
            return TransportFault(FaultKind.PROTOCOL, "broken gzip: it ends too soon")
        found.append(part)
        rest = reader.unused_data
    return SubgraphAnswer(answer.status, answer.headers, b"".join(found))
