"""The whole router application in this process, with its lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from reelgraph_federation import Subgraph, compose
from reelgraph_router.app import create_app
from reelgraph_router.hooks import Hooks
from reelgraph_router.settings import RouterSettings
from reelgraph_router.transport.memory import MemoryTransport

HELLO = "type Query { hello: String slow: String secret: String again: Query } type Mutation { bump: Int }"


def hello_supergraph(url: str = "http://127.0.0.1:9/graphql", sdl: str = HELLO) -> str:
    """A supergraph of one subgraph, `one`."""
    found = compose([Subgraph("one", url, sdl)]).supergraph_sdl
    assert found is not None
    return found


@asynccontextmanager
async def serving(
    folder: Path,
    transport: MemoryTransport | None = None,
    sdl: str | None = None,
    made_hooks: Hooks | None = None,
    **settings: object,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a router that serves `sdl` over `transport`."""
    file = folder / "supergraph.graphql"
    file.write_text(sdl or hello_supergraph())
    settings.setdefault("expose_subgraph_errors", True)  # most tests look at what subgraphs said
    given = RouterSettings(supergraph=file, data_dir=folder, **settings)
    factory = None if transport is None else lambda: lambda urls: transport
    app = create_app(given, make_transport=factory, hooks=made_hooks)
    events: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    started = asyncio.Event()

    async def send(message) -> None:
        assert message["type"] in ("lifespan.startup.complete", "lifespan.shutdown.complete")
        started.set()

    events.put_nowait({"type": "lifespan.startup"})
    life = asyncio.ensure_future(app({"type": "lifespan"}, events.get, send))
    await started.wait()
    web = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(transport=web, base_url="http://router") as client:
            yield client
    finally:
        events.put_nowait({"type": "lifespan.shutdown"})
        await life
