"""The router behind a real server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn

from reelgraph_kit.process import http_within, listen, websocket_within
from reelgraph_router.app import create_app
from reelgraph_router.hooks import Hooks
from reelgraph_router.http.lean_protocol import LeanProtocol
from reelgraph_router.settings import RouterSettings
from reelgraph_router.transport.memory import MemoryTransport


@asynccontextmanager
async def live(
    folder: Path,
    sdl: str,
    transport: MemoryTransport | None = None,
    made_hooks: Hooks | None = None,
    **settings: object,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a router that listens on a free port and serves `sdl` from a watched file."""
    file = folder / "supergraph.graphql"
    file.write_text(sdl)
    settings.setdefault("expose_subgraph_errors", True)  # most tests look at what subgraphs said
    given = RouterSettings(supergraph=file, data_dir=folder, watch_seconds=0.02, **settings)
    listener = listen("127.0.0.1", 0)
    factory = None if transport is None else lambda: lambda urls: transport
    config = uvicorn.Config(
        create_app(given, make_transport=factory, hooks=made_hooks), http=http_within(given.http_limits(), LeanProtocol),
        ws=websocket_within(given.http_limits()), lifespan="on",
        log_config=None, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server._serve(sockets=[listener]))
    try:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=60, verify=False) as client:
            yield client
    finally:
        server.should_exit = True
        await serving
        listener.close()
