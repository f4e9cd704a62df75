"""CPU of a subgraph server for a request: `python benchmarks/subgraph/run.py [--rounds N]`.

Every server that is installed, one after the other in each round, on the same requests; all must
give the same data. See README.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
sys.path.insert(0, str(SERVERS))

from films import SDL, rows  # noqa: E402 (it stands beside the servers)

FIELDS = "id name year minutes rating country language colour tagline studio"
REQUESTS = {
    "100 entities": {
        "query": "query($r: [_Any!]!) { _entities(representations: $r) { ... on Film { "
        + FIELDS
        + " } } }",
        "variables": {"r": [{"__typename": "Film", "id": str(n)} for n in range(100)]},
    },
    "list of 1,000": {"query": "{ films { " + FIELDS + " } }"},
    "nearly nothing": {"query": "{ __typename }"},
}
SECONDS_OF_CPU = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """How a server is started."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    given: str = ""


def servers() -> Iterator[Server]:
    """Yield the servers that are installed."""
    python = sys.executable
    yield Server("Strawberry", [python, str(SERVERS / "plain_strawberry.py")])
    yield Server("kit, fast_attributes=False", [python, str(SERVERS / "kit.py")], {"FAST": "0"})
    yield Server("kit", [python, str(SERVERS / "kit.py")], {"FAST": "1"})
    if importlib.util.find_spec("ariadne"):
        yield Server("Ariadne", [python, str(SERVERS / "with_ariadne.py")])
    if (HERE / "peers" / "node_modules").exists():
        given = json.dumps({"sdl": SDL, "films": [row._asdict() for row in rows()]})
        yield Server("Apollo Server", ["node", str(HERE / "peers" / "apollo.mjs")], given=given)


@contextmanager
def running(server: Server) -> Iterator[tuple[int, httpx.Client]]:
    """Start a server and wait until it answers; gives its process and a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | server.environment | {"PORT": str(port), "NODE_ENV": "production"}
    process = subprocess.Popen(
        server.command, env=environment, stdin=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL
    )
    assert process.stdin is not None
    process.stdin.write(server.given)
    process.stdin.close()
    try:
        transport = httpx.HTTPTransport(retries=0)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport) as client:
            deadline = time.monotonic() + 60
            while True:
                try:
                    client.post("/graphql", json=REQUESTS["nearly nothing"])
                    break
                except httpx.TransportError:
                    if time.monotonic() > deadline or process.poll() is not None:
                        raise
                    time.sleep(0.05)
            yield process.pid, client
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(pid: int) -> float:
    """Return what a process has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * SECONDS_OF_CPU


def measure(pid: int, client: httpx.Client, request: dict[str, object], seconds: float) -> float:
    """Return CPU milliseconds a request, over some seconds."""
    until = time.monotonic() + seconds / 2
    while time.monotonic() < until:
        client.post("/graphql", json=request)
    before, count, until = cpu_seconds(pid), 0, time.monotonic() + seconds
    while time.monotonic() < until:
        client.post("/graphql", json=request)
        count += 1
    return (cpu_seconds(pid) - before) / count * 1000


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    contenders = list(servers())
    figures: dict[tuple[str, str], list[float]] = {}
    answers: dict[str, object] = {}
    for round_ in range(options.rounds):
        for server in contenders:
            with running(server) as (pid, client):
                for name, request in REQUESTS.items():
                    data = client.post("/graphql", json=request).json()
                    assert answers.setdefault(name, data) == data, f"{server.name}: {name}"
                    taken = measure(pid, client, request, options.seconds)
                    figures.setdefault((server.name, name), []).append(taken)
            print(f"round {round_ + 1}: {server.name}", file=sys.stderr, flush=True)
    print("| CPU ms a request | " + " | ".join(REQUESTS) + " |")
    print("| --- " * (len(REQUESTS) + 1) + "|")
    for server in contenders:
        cells = [f"{statistics.median(figures[server.name, name]):.2f}" for name in REQUESTS]
        print(f"| {server.name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
