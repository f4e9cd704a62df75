"""A lean load generator: keeps N connections busy with one request each and takes the times."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

import httptools
import orjson


@dataclass
class Result:
    """What came of a run. Times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failures: int = 0
    body: bytes = b""

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Client(asyncio.Protocol):
    """One connection: sends the next request as soon as an answer is whole."""

    def __init__(self, load: Load, request: bytes) -> None:
        self._load = load
        self._request = request
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self._started = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        took = (time.perf_counter() - self._started) * 1000
        body = b"".join(self._parts)
        self._parts.clear()
        if self._load.took(took, body, self._parser.get_status_code()):
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.closed()


class Load:
    """Sends one operation over `connections` connections for `seconds`."""

    def __init__(
        self, port: int, query: str, path: str = "/graphql", headers: tuple[bytes, ...] = (b"",)
    ) -> None:
        body = orjson.dumps({"query": query})
        start = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            f"accept: application/json\r\ncontent-length: {len(body)}\r\n"
        ).encode()
        self._requests = [start + lines + b"\r\n" + body for lines in headers]
        self._port = port
        self.result = Result()
        self._open = 0
        self._until = 0.0
        self._done: asyncio.Future[None]

    def took(self, milliseconds: float, body: bytes, status: int) -> bool:
        result = self.result
        result.times.append(milliseconds)
        if not result.body:
            result.body = body
        if status != 200 or len(body) != len(result.body):
            result.failures += 1
        return time.perf_counter() < self._until

    def closed(self) -> None:
        self._open -= 1
        if self._open == 0 and not self._done.done():
            self._done.set_result(None)

    async def run(self, connections: int, seconds: float) -> Result:
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        started = time.perf_counter()
        self._until = started + seconds
        self._open = connections
        for number in range(connections):
            request = self._requests[number % len(self._requests)]
            await loop.create_connection(
                lambda sent=request: Client(self, sent), "127.0.0.1", self._port
            )
        await self._done
        self.result.seconds = time.perf_counter() - started
        return self.result
