"""The transport port: one request to one subgraph, one outcome delivered by callback.

A callback instead of a coroutine, because a plan of seven fetches would otherwise pay for seven tasks
and their wake-ups; `benchmarks/router` shows the difference.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class FaultKind(Enum):
    """Why no usable HTTP answer came from a subgraph."""

    UNREACHABLE = "could not be reached"
    DISCONNECTED = "closed the connection before it answered"
    TIMEOUT = "did not answer in time"
    TOO_LARGE = "answered with more bytes than allowed"
    PROTOCOL = "did not speak HTTP"
    STATUS = "answered with an HTTP error"
    OVERLOADED = "has too many requests waiting"


@dataclass(frozen=True, slots=True)
class TransportFault:
    """No answer. `kind` may be told to a client, `detail` is for the log only."""

    kind: FaultKind
    detail: str


class StreamFault(Exception):
    """A subscription could not be started or broke off; `detail` is for the log only."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class StreamRefusal(Exception):
    """The subgraph ended a subscription with errors: its own entries, as they came."""

    def __init__(self, errors: list[object]) -> None:
        super().__init__("the subgraph ended the subscription with errors")
        self.errors = errors


class SubgraphAnswer:
    """What a subgraph sent back: status, header pairs as received, and the whole body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name: bytes) -> bytes:
        """The first value of the header `name` (given in lower case), or empty bytes."""
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return b""


class HookAnswer(SubgraphAnswer):
    """The refusal of one of the router's own hooks, in a subgraph's place; its text is for clients."""

    __slots__ = ()


Outcome = SubgraphAnswer | TransportFault
Deliver = Callable[[Outcome], None]


class SubgraphRequest:
    """One GraphQL POST to a subgraph.

    `body` is the JSON document. `headers` are ready-made lines, each ending in CRLF, sent beside the
    ones that the transport adds (host, content type, length). `timeout` is in seconds. `repeatable`
    says that sending it twice does no harm (a query), so that a stale connection may be retried.
    """

    __slots__ = ("body", "headers", "repeatable", "subgraph", "timeout")

    def __init__(
        self, subgraph: str, body: bytes, headers: bytes, timeout: float, repeatable: bool
    ) -> None:
        self.subgraph = subgraph
        self.body = body
        self.headers = headers
        self.timeout = timeout
        self.repeatable = repeatable


class Call(Protocol):
    """A request on its way."""

    def cancel(self) -> None:
        """Give up; `deliver` will not be called any more."""


class Transport(Protocol):
    """Sends requests to subgraphs.

    `send` must be called on the event loop. `deliver` is called once, on the event loop, and never
    from within `send`; it must not raise.
    """

    def send(self, request: SubgraphRequest, deliver: Deliver) -> Call:
        """Start a request and return a handle to cancel it."""

    def subscribe(self, request: SubgraphRequest) -> AsyncIterator[dict[str, object]]:
        """The results of a subscription, each with `data` or `errors`; ends when it completes.

        Raises StreamFault when the subgraph cannot be reached or breaks off, StreamRefusal when
        it ends the subscription with errors.
        """

    async def close(self) -> None:
        """Close idle connections and fail what is still waiting."""
