"""Which host a request is for: said once, and as a host is written.

Who stands before a service (a proxy, a cache, a page's origin check) and the service itself must not
read two hosts out of one request, so a request that leaves it open is refused (RFC 9112, 3.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reelgraph_kit.asgi import ASGIApp, Receive, Scope, Send, send_json

_NAME = rb"(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+"
_LITERAL = rb"\[(?:[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+;=:-]+)\]"
_HOST = re.compile(b"(?:%b|%b)(?::[0-9]{0,5})?" % (_NAME, _LITERAL))
"""uri-host [ ":" port ] of RFC 9110, 7.2, not empty; without the comma, which joins two hosts."""

_WITHOUT_HOST = frozenset(("0.9", "1.0"))
"""Versions of HTTP whose requests may lack the header."""


class HostMiddleware:
    """Answers 400 to a request whose Host is missing, doubled or no host; the app sees the others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request for one host."""
        kind = scope["type"]
        fault = (
            host_fault(scope["headers"], scope.get("http_version", "1.1"))
            if kind in ("http", "websocket")
            else None
        )
        if fault is None:
            await self._app(scope, receive, send)
        elif kind == "http":
            await _refuse(send, fault)
        else:
            await _refuse_websocket(scope, send, fault)


def host_fault(headers: Iterable[tuple[bytes, bytes]], http_version: str) -> str | None:
    """What is wrong with the Host of a request with these headers (names in small letters)."""
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1:
        return "The request has more than one Host header; send one."
    if not hosts:
        missing = http_version not in _WITHOUT_HOST
        return "The request has no Host header; send one." if missing else None
    return None if is_host(hosts[0]) else "The Host header is no host; send a name and a port."


def is_host(value: bytes | None) -> bool:
    """Whether a Host header's value is one host, with or without a port."""
    return value is not None and _HOST.fullmatch(value) is not None


async def _refuse(send: Send, fault: str) -> None:
    body = {"errors": [{"message": fault, "extensions": {"code": "BAD_REQUEST"}}]}
    # Where one message is doubtful, what follows it on the connection is, too.
    await send_json(send, 400, body, {"Connection": "close"})


async def _refuse_websocket(scope: Scope, send: Send, fault: str) -> None:
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1002, "reason": fault})
        return
    text = fault.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
    ]
    await send({"type": "websocket.http.response.start", "status": 400, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": text})
