"""The routers that are compared: ours and installed peers, each behind HTTP on a supergraph's SDL."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.router.support.live import live

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
Json = dict[str, Any]
GONE = "closes the connection without an answer"


@dataclass(frozen=True)
class Served:
    """A router that serves one supergraph."""

    client: httpx.AsyncClient
    url: str

    async def ask(self, query: str, variables: Json) -> Json:
        """Return the answer, whatever the HTTP status."""
        body = {"query": query, "variables": variables}
        try:
            response = await self.client.post(self.url, json=body)
        except httpx.TransportError as error:
            return {"errors": [{"message": f"{GONE}: {error}"}]}
        try:
            answer: Json = response.json()
        except ValueError:
            return {"errors": [{"message": f"HTTP {response.status_code}: {response.text[:300]}"}]}
        return answer


class Router(Protocol):
    """A router that can serve a supergraph."""

    name: str

    def serve(self, world: str, sdl: str) -> AbstractAsyncContextManager[Served]:
        """Serve a supergraph until the context ends."""


class CannotServe(Exception):
    """A router does not accept a supergraph; the text is what it said."""


class OwnRouter:
    """reelgraph's router, as an application on a port."""

    name = "reelgraph"

    @asynccontextmanager
    async def serve(self, world: str, sdl: str) -> AsyncIterator[Served]:
        with tempfile.TemporaryDirectory() as folder:
            async with live(Path(folder), sdl) as client:
                yield Served(client, "/graphql")


class ApolloGateway:
    """@apollo/gateway under @apollo/server, in one Node.js process for all supergraphs."""

    name = "@apollo/gateway"

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @asynccontextmanager
    async def serve(self, world: str, sdl: str) -> AsyncIterator[Served]:
        response = await self._client.put(f"/{world}", content=sdl.encode())
        if response.status_code != 200:
            raise CannotServe(response.json()["errors"][0]["message"])
        try:
            yield Served(self._client, f"/{world}")
        finally:
            await self._client.delete(f"/{world}")

    async def compose(self, subgraphs: dict[str, tuple[str, str]]) -> str | None:
        """Return what Apollo's composer makes of subgraphs (name → URL and SDL), if it does."""
        given = [{"name": n, "url": url, "sdl": sdl} for n, (url, sdl) in subgraphs.items()]
        response = await self._client.post("/compose", json={"subgraphs": given})
        found: Json = response.json()
        return found.get("supergraph")


@asynccontextmanager
async def apollo_gateway() -> AsyncIterator[ApolloGateway]:
    """A running gateway. Raises where it is not installed or does not start."""
    node = find_program("node")
    if not (HERE / "node_modules" / "@apollo" / "gateway").is_dir():
        raise RuntimeError(f"The peer router is not installed: run `npm ci` in {HERE}")
    process = await asyncio.create_subprocess_exec(
        node,
        "apollo-gateway.mjs",
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NODE_ENV": "production"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError("The peer router did not start; its reason stands above.")
        address = f"http://127.0.0.1:{int(line)}"
        async with httpx.AsyncClient(base_url=address, timeout=60, verify=False) as client:
            yield ApolloGateway(client)
    finally:
        process.stdin.close()
        await process.wait()


def find_program(name: str) -> str:
    """Return a Node.js program's path: this machine's, or the one set up with the pages."""
    found = shutil.which(name) or shutil.which(name, path=str(ROOT / ".venv" / "bin"))
    if found is None:
        raise RuntimeError(f"{name} is not installed; `make pages` sets Node.js up.")
    return found


class HiveRouter:
    """hive-router, a process for each supergraph."""

    name = "hive-router"

    def __init__(self, program: Path) -> None:
        self._program = program

    @asynccontextmanager
    async def serve(self, world: str, sdl: str) -> AsyncIterator[Served]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "supergraph.graphql"
            file.write_text(sdl)
            port = free_port()
            environment = {
                **os.environ, "SUPERGRAPH_FILE_PATH": str(file), "HOST": "127.0.0.1",
                "PORT": str(port), "ROUTER_HTTP_WORKERS": "1", "LOG_LEVEL": "error",
            }  # fmt: skip
            process = await asyncio.create_subprocess_exec(
                self._program, cwd=folder, env=environment,
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                address = f"http://127.0.0.1:{port}"
                async with httpx.AsyncClient(base_url=address, timeout=20, verify=False) as client:
                    await _until_ready(client, process)
                    yield Served(client, "/graphql")
            finally:
                if process.returncode is None:
                    process.kill()  # It would wait for half a minute for connections to end.
                await process.wait()


async def _until_ready(client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    for _ in range(600):
        if process.returncode is not None:
            raise CannotServe(f"hive-router ended with exit code {process.returncode}")
        try:
            if (await client.get("/readiness")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise CannotServe("hive-router was not ready after a minute")


def free_port() -> int:
    """Return a port that was free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
