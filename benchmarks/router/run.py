"""Measure the router: requests a second, latency, memory, and CPU milliseconds a request.

    python benchmarks/router/run.py [--seconds 5] [--query heavy] [--share both|on|off]

The router is pinned to one core, the canned subgraphs and the load generator to the others.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from load import Load, Result
from queries import QUERIES
from stand import NAMES, subgraph_sdl

from reelgraph_federation import Subgraph, compose

HERE = Path(__file__).parent
ROUTER_CORE = 0
OTHER_CORES = sorted(os.sched_getaffinity(0) - {ROUTER_CORE}) or [0]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Gateway:
    """A running gateway: its name, port, process and path."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def peak_megabytes(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for base in range(23000, 60000, 17):
        with ExitStack() as stack:
            try:
                for port in range(base, base + count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise SystemExit("no free ports")


@contextmanager
def started(command: list[str], cores: list[int], **environment: str) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def write_supergraph(folder: Path, first_port: int) -> Path:
    result = compose(
        [
            Subgraph(name, f"http://127.0.0.1:{first_port + number}/graphql", subgraph_sdl(name))
            for number, name in enumerate(NAMES)
        ]
    )
    if result.supergraph_sdl is None:
        raise SystemExit("\n".join(map(str, result.errors)))
    path = folder / "supergraph.graphql"
    path.write_text(result.supergraph_sdl)
    return path


async def measure(gateway: Gateway, query: str, connections: int, seconds: float) -> str:
    await Load(gateway.port, query).run(connections, min(1.0, seconds))
    before = gateway.cpu_seconds()
    result = await Load(gateway.port, query).run(connections, seconds)
    cpu = (gateway.cpu_seconds() - before) / max(1, len(result.times)) * 1000
    return describe(result, cpu, gateway)


def describe(result: Result, cpu: float, gateway: Gateway) -> str:
    return (
        f"{cpu:8.3f} {result.rate:10.0f} {result.percentile(0.5):8.2f} "
        f"{result.percentile(0.99):8.2f} {len(result.body) / 1000:9.1f} "
        f"{gateway.peak_megabytes():8.0f} {result.failures:9d}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--query", choices=list(QUERIES))
    parser.add_argument("--share", choices=["both", "on", "off"], default="both")
    options = parser.parse_args()
    os.sched_setaffinity(0, OTHER_CORES)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    first = free_ports(len(NAMES) + 1)
    port = first + len(NAMES)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.enter_context(
            started([sys.executable, str(HERE / "stand.py"), str(first)], OTHER_CORES)
        )
        supergraph = write_supergraph(Path(folder), first)
        for name in range(len(NAMES)):
            wait_for(first + name)
        print(f"{'':37}{'CPU ms':>8} {'req/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'kB':>9} "
              f"{'peak MB':>8} {'failures':>9}")  # fmt: skip
        for gateway, command, environment in gateways(options.share, supergraph, port):
            with started(command, [ROUTER_CORE], **environment) as process:
                wait_for(port)
                running = Gateway(gateway, port, process)
                for name in [options.query] if options.query else QUERIES:
                    line = uvloop.run(
                        measure(running, QUERIES[name], options.connections, options.seconds)
                    )
                    print(f"{gateway:22}{name:15}{line}", flush=True)


def gateways(
    share: str, supergraph: Path, port: int
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Name, command and environment of every gateway to measure: ours, and installed peers."""
    for sharing in ("off", "on") if share == "both" else (share,):
        yield (
            f"reelgraph, shared {sharing}",
            [sys.executable, "-m", "reelgraph_router"],
            {
                "REELGRAPH_ROUTER_SUPERGRAPH": str(supergraph),
                "REELGRAPH_ROUTER_PORT": str(port),
                "REELGRAPH_ROUTER_SHARE_IN_FLIGHT": str(sharing == "on"),
                "REELGRAPH_ROUTER_LOG_LEVEL": "warning",
            },
        )
    peers = HERE / "peers"
    if (peers / "node_modules" / "@apollo" / "gateway").exists():
        script = str(peers / "apollo-gateway.mjs")
        yield (
            "@apollo/gateway",
            ["node", script, str(supergraph), str(port)],
            {"NODE_ENV": "production"},
        )


if __name__ == "__main__":
    main()
