"""Refuse request bodies that are too large, before they are in memory."""

from reelgraph_kit.asgi import ASGIApp, Message, Receive, Scope, Send, header_value, send_json


class _TooLarge(Exception):
    """More bytes came than are allowed."""


class _Meter:
    """Counts a request's bytes; from the limit on, the app can neither read nor answer."""

    def __init__(self, receive: Receive, send: Send, max_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self._bytes_left = max_bytes
        self.started = False

    @property
    def exceeded(self) -> bool:
        """Whether more came than is allowed."""
        return self._bytes_left < 0

    async def receive(self) -> Message:
        """Pass a message of the request on; raises _TooLarge from the limit on."""
        message = await self._receive()
        self._bytes_left -= len(message.get("body", b""))
        if self.exceeded:
            raise _TooLarge
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, but not what an app that caught the exception makes of it."""
        if self.exceeded and not self.started:
            return
        self.started = True
        await self._send(message)


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
        meter = _Meter(receive, send, self._max_bytes)
        try:
            await self._app(scope, meter.receive, meter.send)
        except _TooLarge:
            if not meter.exceeded:
                raise
        if meter.exceeded and not meter.started:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        message = f"The request is larger than {self._max_bytes} bytes."
        await send_json(send, 413, {"errors": [{"message": message}]}, {"Connection": "close"})
