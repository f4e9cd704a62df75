"""The router as a process: it drains when told to stop, and starts again after it was killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from serving import hello_supergraph

COMMAND = [sys.executable, "-c", "from reelgraph_router.cli import router; router()"]
SDL = """
type Query { hello: String top: Tree }
type Tree { left: Tree right: Tree one: Int }
type Subscription { ticks: Int }
"""


class Subgraph(ThreadingHTTPServer):
    """Answers `hello` when `gate` opens, and streams one event of `ticks`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived, self.gate, self.left = threading.Event(), threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Subgraph
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        if b"ticks" in body:
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b'event: next\ndata: {"data":{"ticks":1}}\n\n')
            self.wfile.flush()
            self.rfile.read(1)  # until the router hangs up
            self.server.left.set()
            self.close_connection = True
            return
        self.server.arrived.set()
        self.server.gate.wait(60)
        answer = b'{"data":{"hello":"w"}}'
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None:
        """Nothing to tell."""


@pytest.fixture
def subgraph() -> Iterator[Subgraph]:
    server = Subgraph()
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()


@contextmanager
def started(
    folder, url: str, port: int = 0, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A router's process and its address."""
    file = folder / "supergraph.graphql"
    file.write_text(hello_supergraph(f"{url}/graphql", SDL))
    environment = {
        "REELGRAPH_ROUTER_LOG_FORMAT": "text",
        "REELGRAPH_ROUTER_SUBSCRIPTION_PROTOCOLS": "one=sse",
        "REELGRAPH_ROUTER_DATA_DIR": str(folder),
        **{f"REELGRAPH_ROUTER_{name.upper()}": value for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [*COMMAND, "start", "--supergraph", str(file), "--port", str(port)],
        cwd=folder, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        found = (re.search(r"listening on (http://127\.0\.0\.1:\d+)", line) for line in lines)
        address = next(one.group(1) for one in found if one)
        with httpx.Client(base_url=address, timeout=60) as client:
            until_ready(client)
        yield process, address
    finally:
        process.kill()
        process.communicate()


def until_ready(client: httpx.Client) -> None:
    while True:
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            continue


def until_refused(address: str) -> None:
    """Until nobody listens any more: the router has begun to drain."""
    while True:
        try:
            httpx.get(f"{address}/health")
        except httpx.ConnectError:
            return
        except httpx.TransportError:
            continue


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_answered(number, subgraph, tmp_path):
    url = f"http://127.0.0.1:{subgraph.server_port}"
    answers: list[dict] = []
    events: list[str] = []

    with started(tmp_path, url) as (process, address):

        def ask() -> None:
            with httpx.Client(timeout=60) as client:
                answers.append(
                    client.post(f"{address}/graphql", json={"query": "{ hello }"}).json()
                )

        def listen() -> None:
            query = {"query": "subscription { ticks }"}
            accept = {"accept": "text/event-stream"}
            url = f"{address}/graphql"
            with httpx.stream("POST", url, json=query, headers=accept, timeout=60) as answer:
                for line in answer.iter_lines():
                    events.append(line)
                    if line.startswith("data: "):
                        heard.set()

        heard = threading.Event()
        threads = [threading.Thread(target=ask), threading.Thread(target=listen)]
        for thread in threads:
            thread.start()
        assert subgraph.arrived.wait(60)
        assert heard.wait(60)
        process.send_signal(number)
        until_refused(address)
        subgraph.gate.set()
        for thread in threads:
            thread.join(60)
        assert process.wait(60) == 0
        assert subgraph.left.wait(60)
    assert answers == [{"data": {"hello": "w"}}]
    told = [json.loads(line[6:]) for line in events if line.startswith("data: ")]
    assert told[0] == {"data": {"ticks": 1}}
    assert [one["extensions"]["code"] for one in told[1]["errors"]] == ["ROUTER_SHUTTING_DOWN"]
    assert events[-3:] == ["event: complete", "data:", ""]


def doubling(levels: int) -> str:
    """An operation whose fields double with each fragment: nobody lives to see the plan of forty."""
    parts = [
        f"fragment F{one} on Tree {{ left {{ ...F{one + 1} }} right {{ ...F{one + 1} }} }}"
        for one in range(levels)
    ]
    return f"{{ top {{ ...F0 }} }} {' '.join(parts)} fragment F{levels} on Tree {{ one }}"


def test_planning_keeps_nobody_waiting_and_ends_with_the_router(subgraph, tmp_path):
    answers: list[httpx.Response | httpx.TransportError] = []
    settings = {"max_operation_size": "1000000000", "shutdown_grace_seconds": "1"}

    with started(tmp_path, "http://127.0.0.1:9", **settings) as (process, address):

        def ask() -> None:
            try:
                query = {"query": doubling(40)}
                answers.append(httpx.post(f"{address}/graphql", json=query, timeout=60))
            except httpx.TransportError as error:
                answers.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        with httpx.Client(base_url=address, timeout=60) as client:
            for _ in range(50):
                assert client.get("/health").status_code == 200
        assert answers == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        asking.join(30)
    assert len(answers) == 1


def test_planning_ends_with_the_time_of_its_request(subgraph, tmp_path):
    settings = {"max_operation_size": "1000000000", "request_timeout_seconds": "2"}
    subgraph.gate.set()
    url = f"http://127.0.0.1:{subgraph.server_port}"
    with (
        started(tmp_path, url, **settings) as (_, address),
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        answer = client.post("/graphql", json={"query": doubling(40)})
        assert answer.json()["errors"][0]["extensions"]["code"] == "GATEWAY_TIMEOUT"
        # The thread that plans is free again.
        answer = client.post("/graphql", json={"query": "{ hello }"})
        assert answer.json() == {"data": {"hello": "w"}}


def test_it_starts_again_after_it_was_killed(subgraph, tmp_path):
    url = f"http://127.0.0.1:{subgraph.server_port}"
    subgraph.gate.set()
    port = 0
    for _ in range(2):
        with started(tmp_path, url, port) as (process, address):
            answer = httpx.post(f"{address}/graphql", json={"query": "{ hello }"}, timeout=60)
            assert answer.json() == {"data": {"hello": "w"}}
            port = httpx.URL(address).port
            process.send_signal(signal.SIGKILL)
            assert process.wait(60) == -signal.SIGKILL


def test_a_port_in_use_is_named(subgraph, tmp_path):
    file = tmp_path / "supergraph.graphql"
    file.write_text(hello_supergraph("http://127.0.0.1:9/", SDL))
    found = subprocess.run(
        [*COMMAND, "start", "--supergraph", str(file), "--port", str(subgraph.server_port)],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 98
    assert f"Port {subgraph.server_port} on 127.0.0.1 is in use" in found.stderr
    assert "Traceback" not in found.stderr
