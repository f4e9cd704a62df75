"""What every HTTP service answers and does around its own work: health, readiness, request ids.

Pure ASGI, so the router and the subgraphs can share it whatever framework they use.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from reelgraph_kit.identity import REQUEST_ID_HEADER
from reelgraph_kit.logging import request_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ReadinessCheck = Callable[[], Awaitable[None]]
"""Returns when a dependency can serve; raises when it cannot. The error text is only logged."""

CHECK_TIMEOUT_SECONDS = 2.0
_SAFE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{1,100}")
_logger = logging.getLogger("reelgraph.health")


class HealthMiddleware:
    """Answers `GET /health` and `GET /ready`; everything else goes to the app.

    `/health` is 200 as soon as the process is alive. `/ready` is 200 when every check passes
    within two seconds, else 503; its body is `{"status": …, "checks": {name: "ok"|"failed"}}`.
    """

    def __init__(self, app: ASGIApp, checks: Mapping[str, ReadinessCheck] | None = None) -> None:
        self._app = app
        self._checks = {} if checks is None else checks
        self._failed: dict[str, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the two probes, or pass the request on."""
        if scope["type"] == "http" and scope["path"] == "/health":
            await send_json(send, 200, {"status": "ok"})
        elif scope["type"] == "http" and scope["path"] == "/ready":
            status, body = await self._readiness()
            await send_json(send, status, body)
        else:
            await self._app(scope, receive, send)

    async def _readiness(self) -> tuple[int, dict[str, object]]:
        errors = await asyncio.gather(*(_error_of(check) for check in self._checks.values()))
        found = dict(zip(self._checks, errors, strict=True))
        for name, error in found.items():
            self._log_change(name, error)
        ready = not any(errors)
        return (200 if ready else 503), {
            "status": "ready" if ready else "not ready",
            "checks": {name: "failed" if error else "ok" for name, error in found.items()},
        }

    def _log_change(self, name: str, error: Exception | None) -> None:
        """Probes come every few seconds: only news is worth a line."""
        failed = error is not None
        if failed and not self._failed.get(name, False):
            _logger.warning("readiness check %s failed: %r", name, error)
        elif not failed and self._failed.get(name, False):
            _logger.info("readiness check %s passes again", name)
        self._failed[name] = failed


class RequestIdMiddleware:
    """Gives each HTTP request an id: the caller's `X-Request-Id` if it is sane, else a new one.

    The id is in `reelgraph_kit.logging.request_id` while the request is handled and goes back
    in the response's header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle the request under its id."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        identifier = header_value(scope, REQUEST_ID_HEADER)
        if not _SAFE_REQUEST_ID.fullmatch(identifier or b""):
            identifier = uuid.uuid4().hex.encode()
        assert identifier is not None
        header = (REQUEST_ID_HEADER.lower().encode(), identifier)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        token = request_id.set(identifier.decode())
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)


def header_value(scope: Scope, name: str) -> bytes | None:
    """Return the first value of a request's header, or None."""
    wanted = name.lower().encode()
    return next((value for key, value in scope["headers"] if key == wanted), None)


async def send_json(
    send: Send, status: int, body: object, headers: Mapping[str, str] | None = None
) -> None:
    """Send a whole JSON response."""
    raw = json.dumps(body).encode()
    extra = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(raw)).encode()),
                *extra,
            ],
        }
    )
    await send({"type": "http.response.body", "body": raw})


async def _error_of(check: ReadinessCheck) -> Exception | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
            await check()
    except Exception as error:
        return error
    return None
