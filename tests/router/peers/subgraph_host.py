"""Serve the subgraphs of worlds over HTTP, all on one port: POST /WORLD/SUBGRAPH."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reelgraph_kit.process import listen
from tests.router.peers.worlds import Answer, World


class SubgraphHost:
    """Answers for the worlds that it was given."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.refused: list[str] = []
        """Why requests were refused, since this was last emptied: what a subgraph must not be asked."""
        self.calls = 0
        """How many requests were made, since this was last set."""
        self._servers: dict[tuple[str, str], Answer] = {}

    def add(self, world: World) -> dict[str, str]:
        """Serve a world; returns the URL of each subgraph."""
        for name, answer in world.servers.items():
            self._servers[world.name, name] = answer
        return {name: f"{self.address}/{world.name}/{name}" for name in world.servers}

    async def handle(self, request: Request) -> Response:
        world, name = request.path_params["world"], request.path_params["subgraph"]
        body = orjson.loads(await request.body())
        self.calls += 1
        try:
            answer = self._servers[world, name](body["query"], body.get("variables") or {})
        except AssertionError as error:
            self.refused.append(str(error))
            answer = {"errors": [{"message": f"refused: {error}"}]}
        return Response(orjson.dumps(answer), media_type="application/json")


@asynccontextmanager
async def subgraph_host() -> AsyncIterator[SubgraphHost]:
    """A host that listens on a free port."""
    listener = listen("127.0.0.1", 0)
    host = SubgraphHost(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route("/{world}/{subgraph}", host.handle, methods=["POST"])])
    server = uvicorn.Server(
        uvicorn.Config(app, http="httptools", ws="none", log_config=None, timeout_keep_alive=600)
    )
    serving = asyncio.ensure_future(server._serve(sockets=[listener]))
    try:
        yield host
    finally:
        server.should_exit = True
        await serving
        listener.close()
