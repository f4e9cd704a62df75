"""Measure the router and its peers: CPU milliseconds a request, latency, memory, start.

    python benchmarks/router/run.py [--seconds 5] [--rounds 3] [--query heavy] [--share both|on|off]
                                    [--features] [--hive-router PATH …]

The gateway is pinned to one core, the canned subgraphs and the load generator to the others.
"""

from __future__ import annotations

import argparse
import http.client
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

import orjson
import uvloop
from features import features, with_features
from gateways import Gateway, gateways, reelgraph
from load import Load
from queries import QUERIES
from report import Measured, Report
from stand import NAMES, subgraph_sdl

from reelgraph_federation import Subgraph, compose

HERE = Path(__file__).parent
GATEWAY_CORE = 0
OTHER_CORES = sorted(os.sched_getaffinity(0) - {GATEWAY_CORE}) or [0]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60


@dataclass(frozen=True)
class Running:
    """A gateway's process and those that it started."""

    process: subprocess.Popen[bytes]

    def pids(self) -> list[int]:
        """The process and all its descendants."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        return found

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / CLOCK_TICKS

    def peak_megabytes(self) -> float:
        """The highest resident memory since the start."""
        kilobytes = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    kilobytes += int(line.split()[1])
        return kilobytes / 1024


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
def started(
    command: list[str], cores: list[int], folder: Path | None = None, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process on some cores, ended afterwards."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def is_ready(port: int, path: str) -> bool:
    """Whether a server answers without refusing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def wait_until_listening(port: int) -> None:
    """Wait for a server's socket."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def wait_until_ready(port: int, path: str) -> float:
    """Wait for a server; return the seconds that it took."""
    begun = time.monotonic()
    while time.monotonic() < begun + START_SECONDS:
        if is_ready(port, path):
            return time.monotonic() - begun
        time.sleep(0.02)
    raise SystemExit(f"nothing answers on port {port}")


def write_supergraph(folder: Path, first_port: int) -> Path:
    """Compose the stand's subgraphs into a file."""
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


def measure(
    gateway: Gateway, running: Running, port: int, name: str, options: argparse.Namespace
) -> Measured:
    """Keep a gateway busy with one query, after a while of warming."""
    load = Load(port, QUERIES[name], gateway.path, gateway.headers)
    uvloop.run(load.run(options.connections, options.warm))
    before = running.cpu_seconds()
    load = Load(port, QUERIES[name], gateway.path, gateway.headers)
    result = uvloop.run(load.run(options.connections, options.seconds))
    cpu = (running.cpu_seconds() - before) / max(1, len(result.times)) * 1000
    answer = orjson.dumps(orjson.loads(result.body)) if result.body else b""
    return Measured(
        cpu, result.rate, result.percentile(0.5), result.percentile(0.99), answer,
        running.peak_megabytes(), result.failures,
    )  # fmt: skip


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm", type=float, default=2, help="seconds before each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the medians of so many are told")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--query", choices=list(QUERIES))
    parser.add_argument("--share", choices=["both", "on", "off"], default="both")
    parser.add_argument(
        "--hive-router", action="append", metavar="[NAME=]PATH",
        help="its path, where it is not found by name; several builds, each with a name",
    )  # fmt: skip
    parser.add_argument("--features", action="store_true", help="measure what can be on beside")
    parser.add_argument("--only", default="", help="gateways whose names contain this")
    return parser.parse_args()


def main() -> None:
    """Measure everything, round by round, so that a busy moment hits all alike."""
    options = arguments()
    os.sched_setaffinity(0, OTHER_CORES)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, limit))
    first = free_ports(len(NAMES) + 2)
    usage_port, port = first + len(NAMES), first + len(NAMES) + 1
    sharing = {"both": (False, True), "on": (True,), "off": (False,)}[options.share]
    report = Report([options.query] if options.query else list(QUERIES))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stand = [sys.executable, str(HERE / "stand.py"), str(first)]
        stack.enter_context(started(stand, OTHER_CORES))
        supergraph = write_supergraph(Path(folder), first)
        for number in range(len(NAMES)):
            wait_until_listening(first + number)
        found = list(gateways(supergraph, port, sharing, options.hive_router))
        if options.features:
            plain = reelgraph(supergraph, port, False)
            found += with_features(plain, features(Path(folder), usage_port))
        for _ in range(options.rounds):
            for gateway in found:
                if options.only in gateway.name:
                    measure_all(gateway, port, options, report)
    report.print()


def measure_all(gateway: Gateway, port: int, options: argparse.Namespace, report: Report) -> None:
    """Start a gateway and measure it with every query."""
    with started(gateway.command, [GATEWAY_CORE], gateway.folder, **gateway.environment) as process:
        running = Running(process)
        seconds = wait_until_ready(port, gateway.ready_path)
        report.starts(gateway.name, seconds, running.cpu_seconds())
        for name in report.queries:
            report.add(gateway.name, name, measure(gateway, running, port, name, options))


if __name__ == "__main__":
    main()
