"""The short way of the usual request: a POST whose operation is known, answered without a task.

What it does not know in full it leaves to the endpoint, which says the same about every request: a
quick answer differs from the endpoint's in nothing but its cost.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Protocol

from reelgraph_kit.host import is_host
from reelgraph_router.errors import RequestError
from reelgraph_router.hooks import Hooks
from reelgraph_router.http.caller import Caller
from reelgraph_router.http.negotiate import JSON, choose_deliveries, choose_media_type
from reelgraph_router.http.read_request import read_post
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.shared_runs import RunningRequest, Waiter

PATH = b"/graphql"
REMEMBERED_BODIES = 1_000
REMEMBERED_BYTES = 2_000_000
MAX_REMEMBERED_BODY = 8_192
"""Bodies longer than this are read anew each time."""
MAX_REMEMBERED_OBJECTS = 500

NOT_QUICK = frozenset(
    (b"transfer-encoding", b"expect", b"upgrade", b"origin", b"reelgraph-include-plan")
)
"""Headers that make a request the endpoint's."""

_log = logging.getLogger("reelgraph.router.http")

Parameters = tuple[str, str | None, dict[str, object] | None, str]


class QuickEndpoint(Protocol):
    """What a server's protocol class needs to answer quickly."""

    max_body_bytes: int

    def accepts(self, headers: dict[bytes, bytes]) -> bytes | None:
        """The media type of a quick answer to a POST with these headers, or None."""

    def begin(
        self, headers: dict[bytes, bytes], body: bytes, peer: str | None, waiter: Waiter
    ) -> RunningRequest | None:
        """Start to answer; None where the request has to go the long way."""


class QuickRequests:
    """Decides which requests are usual, and starts them."""

    def __init__(
        self, pipeline: Pipeline, caller: Caller, max_body_bytes: int, hooks: Hooks
    ) -> None:
        self._pipeline = pipeline
        self._caller = caller
        self.max_body_bytes = max_body_bytes
        self._off = bool(hooks.request or hooks.response)
        self._bodies: OrderedDict[bytes, Parameters] = OrderedDict()
        self._bytes = 0

    def accepts(self, headers: dict[bytes, bytes]) -> bytes | None:
        """The media type of a quick answer to a POST with these headers, or None."""
        if self._off or headers.get(b"content-type") != JSON:
            return None
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > self.max_body_bytes:
            return None
        if not NOT_QUICK.isdisjoint(headers) or not is_host(headers.get(b"host")):
            return None
        accept = headers.get(b"accept", b"")
        return None if choose_deliveries(accept) else choose_media_type(accept)

    def begin(
        self, headers: dict[bytes, bytes], body: bytes, peer: str | None, waiter: Waiter
    ) -> RunningRequest | None:
        """Start to answer; None where the request has to go the long way, as all refusals do."""
        known = self._caller.recall(peer, headers)
        if known is None:
            return None
        try:
            query, name, variables, identifier = self._read(body)
            request = ClientRequest(query, name, variables, document_id=identifier)
            request.identity, request.subgraph_headers = known
            if self._caller.client_headers:
                request.client = self._caller.client(headers, request.identity)
            return self._pipeline.begin(request, waiter)
        except RequestError:
            return None
        except Exception:
            _log.exception("a request could not be answered quickly")
            return None

    def _read(self, body: bytes) -> Parameters:
        """Read a body, or remember what was read from an equal one; raises RequestError."""
        found = self._bodies.get(body)
        if found is None:
            request = read_post(JSON, body)
            found = (
                request.query, request.operation_name, request.variables, request.document_id,
            )  # fmt: skip
            if len(body) <= MAX_REMEMBERED_BODY and _is_flat(body):
                self._bodies[body] = found
                self._bytes += len(body)
                while len(self._bodies) > REMEMBERED_BODIES or self._bytes > REMEMBERED_BYTES:
                    oldest, _ = self._bodies.popitem(last=False)
                    self._bytes -= len(oldest)
        return found


def _is_flat(body: bytes) -> bool:
    """Whether a body has few objects and lists: empty ones take twenty times their length."""
    return body.count(b"{") + body.count(b"[") <= MAX_REMEMBERED_OBJECTS
