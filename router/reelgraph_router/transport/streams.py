"""Subscriptions from subgraphs: over graphql-transport-ws or over server-sent events."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import cast

import orjson

from reelgraph_router.transport.event_lines import MAX_EVENT_BYTES, check_size, events, lines
from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest

SUBPROTOCOL = "graphql-transport-ws"
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


async def websocket_events(
    url: str, request: SubgraphRequest, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Event]:
    """Subscribe over a WebSocket (graphql-transport-ws); one connection a subscription.

    Raises StreamFault when the subgraph cannot be reached, breaks off, or speaks something else.
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
            ssl=tls if address.startswith("wss:") else None,
        ) as socket:
            await socket.send('{"type":"connection_init","payload":{}}')
            async with asyncio.timeout(CONNECT_SECONDS):
                await _await_ack(socket)
            start = b'{"id":"1","type":"subscribe","payload":' + request.body + b"}"
            await socket.send(start.decode())
            async for message in socket:
                document = _read(message)
                match document.get("type"):
                    case "next":
                        yield cast("Event", document.get("payload"))
                    case "error":
                        yield {"errors": document.get("payload")}
                        return
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
        kind = _read(await socket.recv()).get("type")
        if kind == "connection_ack":
            return
        if kind == "ping":
            await socket.send('{"type":"pong"}')
        else:
            raise StreamFault(FaultKind.PROTOCOL, f"expected connection_ack, got {kind}")


def _read(message: str | bytes) -> Event:
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise StreamFault(FaultKind.PROTOCOL, "a message is not JSON") from error
    if not isinstance(document, dict):
        raise StreamFault(FaultKind.PROTOCOL, "a message is not an object")
    return document


async def server_sent_events(
    url: str, request: SubgraphRequest, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Event]:
    """Subscribe over server-sent events (GraphQL over SSE, distinct connections).

    Raises StreamFault like `websocket_events`.
    """
    import httpx  # streams are long: what a call costs does not matter here

    headers = [
        *header_pairs(request.headers),
        ("content-type", "application/json"),
        ("accept", "text/event-stream, application/graphql-response+json, application/json"),
    ]
    timeout = httpx.Timeout(CONNECT_SECONDS, read=None)
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=False, verify=tls or True) as client,
            client.stream("POST", url, content=request.body, headers=headers) as response,
        ):
            chunks = response.aiter_bytes()
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                yield await _single(chunks, is_error=response.is_error)
                return
            async for kind, data in events(lines(chunks)):
                if kind == b"complete":
                    return
                if kind == b"next":
                    yield _read(data)
        raise StreamFault(FaultKind.DISCONNECTED, "the stream ended without a complete event")
    except httpx.ConnectError as error:
        raise StreamFault(FaultKind.UNREACHABLE, str(error)) from error
    except httpx.TimeoutException as error:
        raise StreamFault(FaultKind.TIMEOUT, "no connection in time") from error
    except httpx.HTTPError as error:
        raise StreamFault(FaultKind.DISCONNECTED, f"{type(error).__name__}: {error}") from error


async def _single(chunks: AsyncIterator[bytes], *, is_error: bool) -> Event:
    """Read an answer that is no stream: one result, usually of errors."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        check_size(len(body))
    try:
        return _read(bytes(body))
    except StreamFault as fault:
        raise StreamFault(FaultKind.STATUS, fault.detail) if is_error else fault from None


PROTOCOLS = {"ws": websocket_events, "sse": server_sent_events}
"""The ways to subscribe, by the name that the setting `subscription_protocols` uses."""


def check_protocols(chosen: Mapping[str, str]) -> None:
    """Raise ValueError naming a subgraph with an unknown protocol."""
    for name, protocol in chosen.items():
        if protocol not in PROTOCOLS:
            known = " or ".join(PROTOCOLS)
            raise ValueError(f"subscription protocol of {name}: {protocol!r} is not {known}")
