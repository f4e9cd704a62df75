"""What all protocols of subgraphs' streams share."""

from __future__ import annotations

import orjson

from reelgraph_router.transport.port import FaultKind, StreamFault

CONNECT_SECONDS = 10.0

Event = dict[str, object]


def header_pairs(lines: bytes) -> list[tuple[str, str]]:
    """Ready-made header lines as pairs."""
    found = []
    for line in lines.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(": ")
        if colon:
            found.append((name, value))
    return found


def read_message(message: str | bytes) -> Event:
    """A message of a stream; raises StreamFault where it is no JSON object."""
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise StreamFault(FaultKind.PROTOCOL, "a message is not JSON") from error
    if not isinstance(document, dict):
        raise StreamFault(FaultKind.PROTOCOL, "a message is not an object")
    return document
