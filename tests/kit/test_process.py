"""A service's process: it takes its port, serves, drains and leaves with the right code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.end_to_end

SERVICE = """
import asyncio, sys
from typing import ClassVar
from reelgraph_kit.asgi import HealthMiddleware, send_json
from reelgraph_kit.process import on_drain, serve
from reelgraph_kit.settings import ServiceSettings

class Settings(ServiceSettings):
    service_name: ClassVar[str] = "slow"

def create_app(settings):
    draining = asyncio.Event()
    on_drain(draining.set)

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            if settings.log_format == "json":
                await send({"type": "lifespan.startup.failed", "message": "no database"})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
            print("closed", flush=True)
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"] == "/poll":
            print("polling", flush=True)
            await draining.wait()
            await send_json(send, 200, {"answer": "drained"})
        elif scope["path"] == "/endless":
            print("polling", flush=True)
            await asyncio.get_running_loop().create_future()
    return HealthMiddleware(app)

if __name__ == "__main__":
    serve(create_app, Settings)
"""


class Service:
    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        script = folder / "service.py"
        script.write_text(SERVICE)
        self.url = f"http://127.0.0.1:{port}"
        given = {f"REELGRAPH_SLOW_{name.upper()}": value for name, value in settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "REELGRAPH_SLOW_PORT": str(port), **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_it_listens(self) -> None:
        patience = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.ConnectError:
                assert time.monotonic() < patience
                assert self.process.poll() is None, self.process.communicate()
                time.sleep(0.02)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> tuple[int, str]:
        """Wait for the process; returns its exit code and what it wrote to standard error."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen: int = probe.getsockname()[1]
        return chosen


@pytest.fixture
def service(tmp_path: Path, port: int) -> Iterator[Service]:
    started = Service(tmp_path, port, shutdown_grace_seconds="1")
    try:
        started.wait_until_it_listens()
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


@contextmanager
def in_background(url: str) -> Iterator[Future[httpx.Response]]:
    """Send a GET request in a thread, and wait for its end whatever that is."""
    with ThreadPoolExecutor(1) as pool:
        response = pool.submit(httpx.get, url, timeout=60)
        yield response
        response.exception(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_requests_and_leaves_with_0(service: Service, number: signal.Signals) -> None:
    with in_background(f"{service.url}/poll") as response:
        assert service.line() == "polling"
        service.process.send_signal(number)
        assert response.result(timeout=60).json() == {"answer": "drained"}
    code, errors = service.end()
    assert code == 0, errors


def test_an_endless_request_does_not_hold_it_up(service: Service) -> None:
    with in_background(f"{service.url}/endless"):
        assert service.line() == "polling"
        started = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        code, errors = service.end()
    assert code == 0, errors
    assert time.monotonic() - started > 0.5


def test_a_busy_port_is_named(service: Service, tmp_path: Path, port: int) -> None:
    second = Service(tmp_path, port)
    code, errors = second.end()
    assert code == 98
    assert f"slow: Port {port} on 127.0.0.1 is in use by another process." in errors
    assert "REELGRAPH_SLOW_PORT" in errors
    assert "Traceback" not in errors
    service.wait_until_it_listens()


def test_wrong_settings_are_named(tmp_path: Path, port: int) -> None:
    code, errors = Service(tmp_path, port, log_level="loud").end()
    assert code == 2
    assert "REELGRAPH_SLOW_LOG_LEVEL" in errors
    assert "Traceback" not in errors


def test_an_address_of_another_machine_is_named(tmp_path: Path, port: int) -> None:
    code, errors = Service(tmp_path, port, host="192.0.2.1").end()
    assert code == 2
    assert "cannot listen on 192.0.2.1" in errors


def test_a_failed_start_is_no_success(tmp_path: Path, port: int) -> None:
    code, _ = Service(tmp_path, port, log_format="json").end()
    assert code not in (0, 98)
