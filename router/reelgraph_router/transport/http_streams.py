"""Subscriptions at subgraphs over HTTP: server-sent events, and parts of `multipart/mixed`."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import orjson

from reelgraph_router.transport.event_lines import check_size, events, lines
from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest
from reelgraph_router.transport.stream_messages import (
    CONNECT_SECONDS,
    Event,
    header_pairs,
    read_message,
)

if TYPE_CHECKING:
    import httpx

JSON_TYPES = "application/graphql-response+json, application/json"
SUBSCRIPTION_PARTS = 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0"'


async def server_sent_events(
    url: str, request: SubgraphRequest, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Event]:
    """Subscribe over server-sent events (GraphQL over SSE, distinct connections).

    Raises StreamFault when the subgraph cannot be reached, breaks off, or speaks something else.
    """
    async with _opened(url, request, tls, f"text/event-stream, {JSON_TYPES}") as response:
        chunks = response.aiter_bytes()
        if not _content_type(response).startswith("text/event-stream"):
            yield await _single(chunks, is_error=response.is_error)
            return
        async for kind, data in events(lines(chunks)):
            if kind == b"complete":
                return
            if kind == b"next":
                yield read_message(data)
        raise StreamFault(FaultKind.DISCONNECTED, "the stream ended without a complete event")


async def multipart_events(
    url: str, request: SubgraphRequest, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Event]:
    """Subscribe over `multipart/mixed` (Apollo's protocol, `subscriptionSpec=1.0`).

    Raises StreamFault like `server_sent_events`.
    """
    async with _opened(url, request, tls, f"{SUBSCRIPTION_PARTS}, {JSON_TYPES}") as response:
        chunks = response.aiter_bytes()
        kind = _content_type(response)
        if not kind.startswith("multipart/mixed"):
            yield await _single(chunks, is_error=response.is_error)
            return
        async for part in parts(chunks, _boundary(kind)):
            message = read_message(part)
            payload, errors = message.get("payload"), message.get("errors")
            if payload is not None:
                yield cast("Event", payload)
            if errors:  # the transport's own; nothing follows
                yield {"errors": errors}
                return


async def parts(chunks: AsyncIterator[bytes], boundary: bytes) -> AsyncIterator[bytes]:
    """The bodies of a multipart document's parts, JSON objects (RFC 2046, 5.1).

    A part is given as soon as its object is whole: not every server sends the delimiter along. Raises
    StreamFault where one is too large, or the document breaks off.
    """
    delimiter = b"\r\n--" + boundary
    held = b"\r\n"  # the first delimiter may stand at the very beginning
    preamble, given = True, False
    async for chunk in chunks:
        held += chunk
        while (at := held.find(delimiter)) >= 0:
            after = at + len(delimiter)
            if len(held) < after + 2:
                break
            if not preamble and not given:
                yield held[:at].partition(b"\r\n\r\n")[2]
            if held[after : after + 2] == b"--":
                return
            preamble = given = False
            held = held[after:]
        check_size(len(held))
        body = held.partition(b"\r\n\r\n")[2]
        if not preamble and not given and _is_whole(body):
            given = True
            yield body
    raise StreamFault(FaultKind.DISCONNECTED, "the last part did not come")


def _is_whole(body: bytes) -> bool:
    if not body.rstrip().endswith(b"}"):
        return False
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


@asynccontextmanager
async def _opened(
    url: str, request: SubgraphRequest, tls: ssl.SSLContext | None, accept: str
) -> AsyncIterator[httpx.Response]:
    """An answer whose body is still to come; raises StreamFault, also while it comes."""
    import httpx  # streams are long: what a call costs does not matter here

    headers = [
        *header_pairs(request.headers), ("content-type", "application/json"), ("accept", accept),
    ]  # fmt: skip
    timeout = httpx.Timeout(CONNECT_SECONDS, read=None)
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=False, verify=tls or True) as client,
            client.stream("POST", url, content=request.body, headers=headers) as response,
        ):
            yield response
    except httpx.ConnectError as error:
        raise StreamFault(FaultKind.UNREACHABLE, str(error)) from error
    except httpx.TimeoutException as error:
        raise StreamFault(FaultKind.TIMEOUT, "no connection in time") from error
    except httpx.HTTPError as error:
        raise StreamFault(FaultKind.DISCONNECTED, f"{type(error).__name__}: {error}") from error


def _content_type(response: httpx.Response) -> str:
    kind: str = response.headers.get("content-type", "")
    return kind


def _boundary(content_type: str) -> bytes:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary":
            return value.strip('"').encode()
    return b"-"


async def _single(chunks: AsyncIterator[bytes], *, is_error: bool) -> Event:
    """Read an answer that is no stream: one result, usually of errors."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        check_size(len(body))
    try:
        return read_message(bytes(body))
    except StreamFault as fault:
        raise StreamFault(FaultKind.STATUS, fault.detail) if is_error else fault from None
