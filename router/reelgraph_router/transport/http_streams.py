"""Subscriptions at subgraphs over HTTP: server-sent events, and parts of `multipart/mixed`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

import orjson

from reelgraph_router.transport.event_lines import check_size, events, lines
from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest
from reelgraph_router.transport.stream_client import StreamClient
from reelgraph_router.transport.stream_messages import Event, raise_errors, read_message
from reelgraph_router.transport.stream_place import StreamPlace

if TYPE_CHECKING:
    import httpx

JSON_TYPES = "application/graphql-response+json, application/json"
HEAD_END = b"\r\n\r\n"
TAIL = 64
TRIED_SHARE, TRIED_FREE = 4, 256 * 1024
SUBSCRIPTION_PARTS = 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0"'


async def server_sent_events(
    url: str, request: SubgraphRequest, client: StreamClient, place: StreamPlace
) -> AsyncIterator[Event]:
    """Subscribe over server-sent events (GraphQL over SSE, distinct connections).

    Raises StreamFault when the subgraph cannot be reached, breaks off, or speaks something else, and
    StreamRefusal. A stream whose events have ids goes on behind `place`.
    """
    accept = f"text/event-stream, {JSON_TYPES}"
    async with client.opened(url, request, accept, place.last_id) as response:
        chunks = response.aiter_raw()
        if not _content_type(response).startswith("text/event-stream"):
            yield await _single(chunks, is_error=response.is_error)
            return
        async for kind, data in events(lines(chunks), place):
            if kind == b"complete":
                return
            if kind == b"next":
                yield read_message(data)
        raise StreamFault(FaultKind.DISCONNECTED, "the stream ended without a complete event")


async def multipart_events(
    url: str, request: SubgraphRequest, client: StreamClient, place: StreamPlace
) -> AsyncIterator[Event]:
    """Subscribe over `multipart/mixed` (Apollo's protocol, `subscriptionSpec=1.0`).

    Raises like `server_sent_events`.
    """
    async with client.opened(url, request, f"{SUBSCRIPTION_PARTS}, {JSON_TYPES}") as response:
        chunks = response.aiter_raw()
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
                raise_errors(errors)


async def parts(chunks: AsyncIterator[bytes], boundary: bytes) -> AsyncIterator[bytes]:
    """The bodies of a multipart document's parts, JSON objects (RFC 2046, 5.1).

    A part is given as soon as its object is whole: not every server sends the delimiter along. Raises
    StreamFault where one is too large, or the document breaks off.
    """
    delimiter = b"\r\n--" + boundary
    held = bytearray(b"\r\n")  # the first delimiter may stand at the very beginning
    searched = 0
    part = _Part(is_open=False)
    async for chunk in chunks:
        held += chunk
        while (at := held.find(delimiter, searched)) >= 0:
            after = searched = at + len(delimiter)
            if len(held) < after + 2:
                searched = at
                break
            if part.is_open:
                yield bytes(held[:at]).partition(HEAD_END)[2]
            if held[after : after + 2] == b"--":
                return
            del held[:after]
            part, searched = _Part(is_open=True), 0
        else:
            searched = max(0, len(held) - len(delimiter) + 1)
        check_size(len(held))
        body = part.whole_body(held)
        if body is not None:
            yield body
    raise StreamFault(FaultKind.DISCONNECTED, "the last part did not come")


class _Part:
    """A part whose delimiter has not come; `is_open` until its body was given."""

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self._tried = 0

    def whole_body(self, held: bytearray) -> bytes | None:
        """The body, where it is a whole JSON object.

        To parse it after each piece would be quadratic: so only while all that was parsed in vain is
        a few times what has come.
        """
        if not self.is_open or not held[-TAIL:].rstrip().endswith(b"}"):
            return None
        if self._tried > TRIED_SHARE * len(held) + TRIED_FREE:
            return None
        self._tried += len(held)
        body = bytes(held).partition(HEAD_END)[2]
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        self.is_open = False
        return body


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
        message = read_message(bytes(body))
    except StreamFault as fault:
        raise StreamFault(FaultKind.STATUS, fault.detail) if is_error else fault from None
    if message.get("data") is None and message.get("errors"):
        raise_errors(message["errors"])
    return message
