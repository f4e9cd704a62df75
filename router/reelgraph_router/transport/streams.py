"""Subscriptions at subgraphs: over WebSocket (graphql-transport-ws), and the choice of a protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import cast

from reelgraph_router.transport.event_lines import MAX_EVENT_BYTES
from reelgraph_router.transport.http_streams import multipart_events, server_sent_events
from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest
from reelgraph_router.transport.stream_client import StreamClient
from reelgraph_router.transport.stream_messages import (
    CONNECT_SECONDS,
    Event,
    header_pairs,
    raise_errors,
    read_message,
)
from reelgraph_router.transport.stream_place import StreamPlace

SUBPROTOCOL = "graphql-transport-ws"


async def websocket_events(
    url: str, request: SubgraphRequest, client: StreamClient, place: StreamPlace
) -> AsyncIterator[Event]:
    """Subscribe over a WebSocket (graphql-transport-ws); one connection a subscription.

    Raises StreamFault when the subgraph cannot be reached, breaks off, or speaks something else, and
    StreamRefusal.
    """
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException
    from websockets.typing import Subprotocol

    address = "ws" + url.removeprefix("http")
    try:
        async with connect(
            address,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers=header_pairs(request.headers),
            open_timeout=CONNECT_SECONDS,
            max_size=MAX_EVENT_BYTES,
            proxy=None,
            ssl=client.tls if address.startswith("wss:") else None,
        ) as socket:
            await socket.send('{"type":"connection_init","payload":{}}')
            async with asyncio.timeout(CONNECT_SECONDS):
                await _await_ack(socket)
            start = b'{"id":"1","type":"subscribe","payload":' + request.body + b"}"
            await socket.send(start.decode())
            async for message in socket:
                document = read_message(message)
                match document.get("type"):
                    case "next":
                        yield cast("Event", document.get("payload"))
                    case "error":
                        raise_errors(document.get("payload"))
                    case "complete":
                        return
                    case "ping":
                        await socket.send('{"type":"pong"}')
        raise StreamFault(FaultKind.DISCONNECTED, "the connection ended without a complete message")
    except TimeoutError as error:
        raise StreamFault(FaultKind.TIMEOUT, "no connection in time") from error
    except WebSocketException as error:
        raise StreamFault(FaultKind.DISCONNECTED, f"{type(error).__name__}: {error}") from error
    except OSError as error:
        raise StreamFault(FaultKind.UNREACHABLE, f"{type(error).__name__}: {error}") from error


async def _await_ack(socket: object) -> None:
    from websockets.asyncio.client import ClientConnection

    assert isinstance(socket, ClientConnection)
    while True:
        kind = read_message(await socket.recv()).get("type")
        if kind == "connection_ack":
            return
        if kind == "ping":
            await socket.send('{"type":"pong"}')
        else:
            raise StreamFault(FaultKind.PROTOCOL, f"expected connection_ack, got {kind}")


PROTOCOLS = {
    "ws": websocket_events,
    "sse": server_sent_events,
    "multipart": multipart_events,
}
"""The ways to subscribe, by the name that the setting `subscription_protocols` uses."""


def check_protocols(chosen: Mapping[str, str]) -> None:
    """Raise ValueError naming a subgraph with an unknown protocol."""
    for name, protocol in chosen.items():
        if protocol not in PROTOCOLS:
            known = " or ".join(PROTOCOLS)
            raise ValueError(f"subscription protocol of {name}: {protocol!r} is not {known}")
