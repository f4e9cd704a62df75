"""What all protocols of subgraphs' streams share."""

from __future__ import annotations

from typing import NoReturn

import orjson

from reelgraph_router.transport.port import FaultKind, StreamFault, StreamRefusal

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


def raise_errors(errors: object) -> NoReturn:
    """Raise StreamRefusal with a subgraph's errors, StreamFault where they are none."""
    if not isinstance(errors, list) or not errors:
        raise StreamFault(FaultKind.PROTOCOL, "the errors of a subscription are no list")
    raise StreamRefusal(errors)


def read_message(message: str | bytes) -> Event:
    """A message of a stream; raises StreamFault where it is no JSON object."""
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise StreamFault(FaultKind.PROTOCOL, "a message is not JSON") from error
    if not isinstance(document, dict):
        raise StreamFault(FaultKind.PROTOCOL, "a message is not an object")
    return document
