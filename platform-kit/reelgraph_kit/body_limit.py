"""Refuse request bodies that are larger than anybody needs."""

from __future__ import annotations

from reelgraph_kit.asgi import ASGIApp, Message, Receive, Scope, Send, header_value, send_json
from reelgraph_kit.logging import request_id


class _BodyTooLarge(Exception):
    """More bytes came than are allowed; raised into the app from its own `receive`."""


class BodyLimitMiddleware:
    """Answers 413 to a request whose body has more than `max_bytes` bytes.

    By its Content-Length before the app sees it, else as soon as too many bytes have come.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = header_value(scope, "Content-Length") or b"0"
        if length.isdigit() and int(length) > self._max_bytes:
            await self._refuse(send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        started = False

        async def counting_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise _BodyTooLarge
            return message

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counting_receive, watched_send)
        except _BodyTooLarge:
            if started:
                raise
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        extensions = {"code": "BAD_REQUEST", "requestId": request_id.get()}
        message = f"The request has more than {self._max_bytes} bytes."
        body = {"errors": [{"message": message, "extensions": extensions}]}
        await send_json(send, 413, body, {"Connection": "close"})
