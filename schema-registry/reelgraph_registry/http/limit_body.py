"""Refuse request bodies that are too large, before they are in memory."""

from reelgraph_kit.asgi import ASGIApp, Message, Receive, Scope, Send, header_value, send_json


class _TooLarge(Exception):
    """More bytes came than are allowed."""


class LimitBody:
    """Answers 413 to a body over the limit, announced or streamed."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what it sends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = header_value(scope, "content-length") or b"0"
        if announced.isdigit() and int(announced) > self._max_bytes:
            await self._refuse(send)
            return
        started = False
        received = 0

        async def counting_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise _TooLarge
            return message

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counting_receive, noting_send)
        except _TooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        message = f"The request is larger than {self._max_bytes} bytes."
        await send_json(send, 413, {"errors": [{"message": message}]}, {"Connection": "close"})
