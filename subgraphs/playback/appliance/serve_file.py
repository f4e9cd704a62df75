"""Serve a file's bytes to whoever holds a good URL."""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from subgraphs.playback.appliance.control_client import ControlUnreachable, OriginLacksFile
from subgraphs.playback.appliance.disk_cache import DiskCache, FileTooLarge
from subgraphs.playback.appliance.state import ApplianceState
from subgraphs.playback.signed_urls import UrlRefusal, find_refusal

RETRY_AFTER = {"Retry-After": "2"}
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_logger = logging.getLogger("reelgraph.appliance")


@dataclass(frozen=True, slots=True)
class FileServer:
    """Answers `GET` and `HEAD /{asset}/{file}`, whole or by ranges."""

    cache: DiskCache
    state: ApplianceState

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or serve one request, and measure it."""
        request = Request(scope)
        meter = self.state.meter
        began = time.monotonic()
        first_byte = False

        async def measured_send(message: Message) -> None:
            nonlocal first_byte
            if message["type"] == "http.response.start" and message["status"] >= 500:
                meter.errors_5xx += 1
            body = message.get("body", b"")
            meter.bytes_sent += len(body)
            if body and not first_byte:
                first_byte = True
                meter.first_bytes.append(time.monotonic() - began)
            await send(message)

        meter.connections += 1
        try:
            await self._serve(request, scope, receive, measured_send)
        finally:
            meter.connections -= 1

    async def _serve(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._find_refusal(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        name = f"{request.path_params['asset']}/{request.path_params['file']}"
        began = time.monotonic()
        missing = name not in self.cache.names
        try:
            async with self.cache.reading(name) as file:
                if missing:
                    self.state.meter.fill_seconds += time.monotonic() - began
                response = FileResponse(
                    file.path,
                    media_type="video/webm",
                    headers={"ETag": f'"{file.etag}"', "Cache-Control": "private, max-age=3600"},
                )
                await response(_without_range_on_head(scope), receive, send)
        except OriginLacksFile:
            await _refuse(404, "There is no such file.")(scope, receive, send)
        except (ControlUnreachable, FileTooLarge) as error:
            _logger.warning("cannot serve %s: %s", name, error)
            await _refuse(503, "The file cannot be fetched now.", RETRY_AFTER)(scope, receive, send)

    def _find_refusal(self, request: Request) -> Response | None:
        if not self.state.may_serve:
            return _refuse(503, "This appliance has lost its control plane.", RETRY_AFTER)
        asset, file = request.path_params["asset"], request.path_params["file"]
        if not (_SAFE_NAME.fullmatch(asset) and _SAFE_NAME.fullmatch(file)):
            return _refuse(404, "There is no such file.")
        refusal = find_refusal(
            asset=asset,
            query=request.query_params,
            client_address=request.client.host if request.client else "",
            keys=self.state.keys,
            revoked=self.state.revoked,
            now=int(self.state.clock().timestamp()),
        )
        if refusal is None:
            return None
        return _refuse(410 if refusal is UrlRefusal.REVOKED else 403, refusal.value)


def _without_range_on_head(scope: Scope) -> Scope:
    """Drop Range from a HEAD request: ranges are defined for GET alone (RFC 9110, 14.2)."""
    if scope["method"] != "HEAD":
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
    return {**scope, "headers": headers}


def _refuse(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status_code=status, headers=headers)
