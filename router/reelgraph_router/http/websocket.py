"""GraphQL over WebSocket: the protocol graphql-transport-ws, for every kind of operation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import cast
from urllib.parse import urlsplit

import orjson

from reelgraph_kit.asgi import Receive, Scope, Send
from reelgraph_router.errors import RequestError
from reelgraph_router.http.caller import Caller
from reelgraph_router.http.endpoint import read_headers
from reelgraph_router.http.event_stream import one_result
from reelgraph_router.http.read_request import from_parameters
from reelgraph_router.json_text import read_json
from reelgraph_router.pipeline.handle import Pipeline
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.subscription import SubscriptionFailed

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
MAX_OPERATIONS = 100


class ProtocolError(Exception):
    """The client broke the protocol: the connection is closed with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class WebSocketEndpoint:
    """Accepts connections at `/graphql`.

    Pages of other origins than the router's own and `origins` are refused: browsers send cookies
    along with a WebSocket without asking, and no preflight stands before it.
    """

    def __init__(
        self, pipeline: Pipeline, caller: Caller, origins: tuple[str, ...], max_bytes: int
    ) -> None:
        self._pipeline = pipeline
        self._caller = caller
        self._origins = {origin.rstrip("/") for origin in origins}
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until either side closes it."""
        await receive()  # websocket.connect
        headers = read_headers(scope)
        if not self._is_origin_allowed(headers):
            await send({"type": "websocket.close", "code": 4403, "reason": "Forbidden"})
            return
        if SUBPROTOCOL not in scope.get("subprotocols", ()):
            await send(
                {"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"}
            )
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        connection = _Connection(
            self._pipeline, self._caller, scope, headers, receive, send, self._max_bytes
        )
        await connection.serve()

    def _is_origin_allowed(self, headers: Mapping[bytes, bytes]) -> bool:
        origin = headers.get(b"origin")
        if origin is None:
            return True  # no browser
        text = origin.decode("latin-1")
        own = headers.get(b"host", b"").decode("latin-1")
        return "*" in self._origins or text in self._origins or urlsplit(text).netloc == own


class _Connection:
    """One connection: its initialisation and the operations that run on it."""

    def __init__(
        self,
        pipeline: Pipeline,
        caller: Caller,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
        max_bytes: int,
    ) -> None:
        self._pipeline = pipeline
        self._caller = caller
        self._scope = scope
        self._headers = headers
        self._receive = receive
        self._asgi_send = send
        self._max_bytes = max_bytes
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Read messages until the connection ends; then stop every operation."""
        try:
            async with asyncio.timeout(INIT_SECONDS) as limit:
                while True:
                    message = await self._receive()
                    if message["type"] != "websocket.receive":
                        return
                    await self._take(self._read(message))
                    if self._initialised:
                        limit.reschedule(None)
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except ProtocolError as error:
            await self._close(error.code, error.reason)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _read(self, message: Mapping[str, object]) -> dict[str, object]:
        text = message.get("text") or message.get("bytes") or ""
        if not isinstance(text, str | bytes) or len(text) > self._max_bytes:
            raise ProtocolError(4400, "Message too large")
        try:
            document = read_json(text if isinstance(text, bytes) else text.encode())
        except ValueError:
            raise ProtocolError(4400, "Message is not JSON") from None
        if not isinstance(document, dict):
            raise ProtocolError(4400, "Message is not an object")
        return document

    async def _take(self, message: dict[str, object]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._initialise(message.get("payload"))
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                self._subscribe(message)
            case "complete":
                # From here on the client may use the id again, whatever is still to be closed.
                task = self._operations.pop(str(message.get("id")), None)
                if task is not None:
                    task.cancel()
            case _:
                raise ProtocolError(4400, "Unknown message type")

    async def _initialise(self, payload: object) -> None:
        """Take headers such as `authorization` from the payload, since browsers cannot send them."""
        if self._initialised:
            raise ProtocolError(4429, "Too many initialisation requests")
        given = payload if isinstance(payload, dict) else {}
        nested = given.get("headers")
        for name, value in {**given, **(nested if isinstance(nested, dict) else {})}.items():
            header = str(name).lower().encode()
            if header in self._caller.addresses.headers:
                continue  # a proxy's word, never a client's
            if isinstance(value, str) and value.isascii() and value.isprintable():
                self._headers[header] = value.encode()
            elif header == b"authorization" and value is not None:
                # Never as if no token had been sent.
                raise ProtocolError(4403, "The token must be a string of printable characters")
        try:
            await self._caller.identify(self._scope, self._headers)
        except RequestError as error:
            raise ProtocolError(4403, str(error)) from None
        self._initialised = True
        await self._send({"type": "connection_ack"})

    def _subscribe(self, message: dict[str, object]) -> None:
        if not self._initialised:
            raise ProtocolError(4401, "Unauthorized")
        identifier, payload = message.get("id"), message.get("payload")
        if not isinstance(identifier, str) or not identifier or not isinstance(payload, dict):
            raise ProtocolError(4400, "subscribe needs an id and a payload")
        if identifier in self._operations:
            raise ProtocolError(4409, f"Subscriber for {identifier} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            raise ProtocolError(4400, "Too many operations on one connection")
        task = asyncio.ensure_future(self._run(identifier, payload))
        self._operations[identifier] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, identifier: str, payload: dict[str, object]) -> None:
        try:
            request = from_parameters(payload, mutations=True)
            found = await self._caller.identify(self._scope, self._headers)
            request.identity, request.subgraph_headers = found
            if self._caller.client_headers:
                request.client = self._caller.client(self._headers, request.identity)
            results = await self._results(request)
        except RequestError as error:
            told = [fault.to_json() for fault in error.faults]
            await self._end({"type": "error", "id": identifier, "payload": told})
            return
        try:
            await self._send_results(identifier, results)
        except SubscriptionFailed as failed:
            told = [fault.to_json() for fault in failed.faults]
            await self._end({"type": "error", "id": identifier, "payload": told})
            return
        await self._end({"type": "complete", "id": identifier})

    async def _send_results(self, identifier: str, results: AsyncIterator[bytes]) -> None:
        async with aclosing(cast("AsyncGenerator[bytes]", results)):
            async for body in results:
                prefix = orjson.dumps({"type": "next", "id": identifier})[:-1]
                await self._send_text(prefix + b',"payload":' + body + b"}")

    async def _end(self, message: dict[str, object]) -> None:
        """Send the last message of an operation; its id is free before the client has it."""
        self._operations.pop(cast("str", message["id"]), None)
        await self._send(message)

    async def _results(self, request: ClientRequest) -> AsyncIterator[bytes]:
        results = await self._pipeline.subscribe(request)
        if results is not None:
            return results
        answer = await self._pipeline.handle(request)
        if answer.refusal is not None:
            raise answer.refusal
        return one_result(answer.body)

    async def _send(self, message: dict[str, object]) -> None:
        await self._send_text(orjson.dumps(message))

    async def _send_text(self, text: bytes) -> None:
        await self._asgi_send({"type": "websocket.send", "text": text.decode()})

    async def _close(self, code: int, reason: str) -> None:
        await self._asgi_send({"type": "websocket.close", "code": code, "reason": reason[:120]})
