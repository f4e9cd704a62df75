"""Measure what attacks cost the router: peak memory, time, and a well-behaved client's latency.

    python benchmarks/security/run.py [NAME …]

Each attack meets a router of its own, started as a process on 127.0.0.1; see attacks.py. Prints the
table of docs/security.md.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from attacks import ATTACKS, SECONDS, Attack
from members import WEIGHTS, sdl

from reelgraph_federation import Subgraph, compose

HERE = Path(__file__).parent
EVIL = "type Query { bad: String } type Subscription { stream: String }"
KIND = "type Query { hello: String large: String }"
BODY = b'{"query":"{ hello }"}'
REQUEST = (
    b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
PAUSE = 0.005
"""Seconds between two requests of the well-behaved client."""
LONGEST = 20.0
"""A request of the well-behaved client that takes longer counts as this."""


def answer(data: bytes) -> bytes:
    """A subgraph's answer."""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(data), data)


SMALL = answer(b'{"data":{"hello":"world"}}')
LARGE = answer(b'{"data":{"large":"' + b"x" * 1_500_000 + b'"}}')


async def kind_subgraph(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The subgraph that does as it should."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length))
            writer.write(LARGE if b"large" in body else SMALL)
            await writer.drain()
    writer.close()


class Client:
    """A well-behaved client: one small request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.seconds: list[float] = []
        self.failed = 0

    async def ask(self) -> None:
        """One request on a connection that is kept where the router keeps it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                begun = time.perf_counter()
                writer.write(REQUEST)
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                body = await reader.readexactly(int(length))
                self.failed += b'"world"' not in body
                self.seconds.append(time.perf_counter() - begun)
                await asyncio.sleep(PAUSE)
        finally:
            writer.close()

    async def run(self) -> None:
        """Ask on, whatever becomes of the connection."""
        while True:
            begun = time.perf_counter()
            try:
                async with asyncio.timeout(LONGEST + SECONDS):
                    await self.ask()
            except (OSError, asyncio.IncompleteReadError):
                self.failed += 1
                await asyncio.sleep(PAUSE)
            except TimeoutError:
                if time.perf_counter() - begun > LONGEST + SECONDS:
                    self.seconds.append(LONGEST)

    def p99(self) -> float:
        """Milliseconds that 99 of 100 requests took at most."""
        ordered = sorted(self.seconds)
        return ordered[int(len(ordered) * 0.99)] * 1000 if ordered else float("nan")


def peak_megabytes(pid: int) -> float:
    """The highest resident memory of a process since its start."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def write_supergraph(folder: Path, attack: Attack, kind: int, evil: int) -> Path:
    """Compose the subgraphs of an attack."""
    evil_url = f"http://127.0.0.1:{evil}/graphql"
    subgraphs = [Subgraph("kind", f"http://127.0.0.1:{kind}/graphql", KIND)]
    if attack.members:
        subgraphs.append(Subgraph("evil", evil_url, sdl(attack.members)))
        subgraphs.append(Subgraph("weights", evil_url, WEIGHTS))
    else:
        subgraphs.append(Subgraph("evil", evil_url, EVIL))
    composed = compose(subgraphs).supergraph_sdl
    assert composed is not None
    path = folder / "supergraph.graphql"
    path.write_text(composed)
    return path


async def free_port() -> int:
    """A port that nobody listens on."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def start_router(folder: Path, supergraph: Path, port: int) -> asyncio.subprocess.Process:
    """The router, ready to serve."""
    environment = {
        "REELGRAPH_ROUTER_SUPERGRAPH": str(supergraph),
        "REELGRAPH_ROUTER_PORT": str(port),
        "REELGRAPH_ROUTER_DATA_DIR": str(folder),
        "REELGRAPH_ROUTER_SUBSCRIPTION_PROTOCOLS": "evil=sse",
        "REELGRAPH_ROUTER_LOG_LEVEL": "error",
    }
    router = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "reelgraph_router", env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return router


async def measure(name: str, kind: int) -> str:
    """A row of the table."""
    attack = ATTACKS[name]
    port, evil = await free_port(), await free_port()
    with tempfile.TemporaryDirectory() as folder:
        supergraph = write_supergraph(Path(folder), attack, kind, evil)
        router = await start_router(Path(folder), supergraph, port)
        try:
            return await attacked(name, router.pid, port, evil)
        finally:
            router.kill()
            await router.wait()


async def attacked(name: str, pid: int, port: int, evil: int) -> str:
    """Run an attack beside the well-behaved client."""
    client = Client(port)
    asking = asyncio.ensure_future(client.run())
    await asyncio.sleep(1.0)  # the first requests plan and connect
    client.seconds.clear()
    before = peak_megabytes(pid)
    attacker = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "attacks.py"), name, str(port), str(evil),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert attacker.stdout is not None
    await attacker.stdout.readline()
    begun = time.perf_counter()
    told = (await attacker.stdout.readline()).decode().strip()
    seconds = time.perf_counter() - begun
    await attacker.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    attack = ATTACKS[name]
    return (
        f"| {attack.finding or ''} | {attack.words} | {told} | {seconds:.1f} | "
        f"{before:.0f} → {peak_megabytes(pid):.0f} | {client.p99():.1f} | {client.failed} |"
    )


async def main(names: list[str]) -> None:
    """Print the table."""
    server = await asyncio.start_server(kind_subgraph, "127.0.0.1", 0)
    kind: int = server.sockets[0].getsockname()[1]
    print("| finding | attack | what it was told | s | peak MB | p99 ms beside it | failed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names or list(ATTACKS):
        print(await measure(name, kind), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
