"""Fixtures of the router's tests: a server that misbehaves on demand."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[bool]]
"""Answers one request, given its body; returns whether the connection stays open."""


@dataclass
class RawServer:
    """A TCP server that reads HTTP requests and lets `behave` write whatever it likes."""

    behave: Behaviour
    port: int = 0
    tls: ssl.SSLContext | None = None
    connections: int = 0
    bodies: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/graphql"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                )
                body = await reader.readexactly(length)
                self.heads.append(head)
                self.bodies.append(body)
                if not await self.behave(reader, writer, body):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.closed.set()
            writer.close()


StartRawServer = Callable[..., Awaitable[RawServer]]


@pytest.fixture
async def start_raw_server() -> AsyncIterator[StartRawServer]:
    servers: list[asyncio.Server] = []

    async def start(behave: Behaviour, tls: ssl.SSLContext | None = None) -> RawServer:
        raw = RawServer(behave, tls=tls)
        server = await asyncio.start_server(raw.serve, "127.0.0.1", 0, ssl=tls)
        raw.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return raw

    yield start
    for server in servers:
        server.close()


sys.path.insert(0, str(Path(__file__).parent / "support"))
