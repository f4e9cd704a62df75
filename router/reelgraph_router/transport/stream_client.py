"""What all streams to subgraphs share: one TLS context and one HTTP client.

To make them takes forty milliseconds, most of it reading the system's certificate authorities.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from reelgraph_router.transport.port import FaultKind, StreamFault, SubgraphRequest
from reelgraph_router.transport.stream_messages import CONNECT_SECONDS, header_pairs

if TYPE_CHECKING:
    import httpx

IDLE_CONNECTIONS = 20


class StreamClient:
    """Opens streams; made once for all subgraphs, and of use only on one event loop.

    It has no memory of its own: no cookies, which one caller's stream could hand to another's, and no
    redirects.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._transport: httpx.AsyncHTTPTransport | None = None

    @property
    def tls(self) -> ssl.SSLContext:
        """The context for every connection under TLS."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    @asynccontextmanager
    async def opened(
        self, url: str, request: SubgraphRequest, accept: str, last_id: bytes = b""
    ) -> AsyncIterator[httpx.Response]:
        """An answer whose body is still to come; raises StreamFault, also while it comes."""
        import httpx  # streams are long: what a call costs does not matter here

        headers = [
            *header_pairs(request.headers), ("content-type", "application/json"),
            ("accept", accept), ("accept-encoding", "identity"),
        ]  # fmt: skip
        if last_id:
            headers.append(("last-event-id", last_id.decode("ascii")))
        times = dict.fromkeys(("connect", "write", "pool"), CONNECT_SECONDS)
        asked = httpx.Request(
            "POST", url, headers=headers, content=request.body, extensions={"timeout": times}
        )
        try:
            response = await self._client().handle_async_request(asked)
            try:
                _check_coding(response)
                yield response
            finally:
                await response.aclose()
        except httpx.ConnectError as error:
            raise StreamFault(FaultKind.UNREACHABLE, str(error)) from error
        except httpx.TimeoutException as error:
            raise StreamFault(FaultKind.TIMEOUT, "no connection in time") from error
        except httpx.HTTPError as error:
            detail = f"{type(error).__name__}: {error}"
            raise StreamFault(FaultKind.DISCONNECTED, detail) from error

    def _client(self) -> httpx.AsyncHTTPTransport:
        import httpx

        if self._transport is None:
            limits = httpx.Limits(max_keepalive_connections=IDLE_CONNECTIONS)
            self._transport = httpx.AsyncHTTPTransport(
                verify=self.tls, trust_env=False, limits=limits
            )
        return self._transport

    async def close(self) -> None:
        """Close every connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()


def _check_coding(response: httpx.Response) -> None:
    """Raise StreamFault for a compressed stream: none was asked for, and a small one may be huge."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise StreamFault(FaultKind.PROTOCOL, f"a stream in {coding}, which nobody asked for")
