"""Start the stack as `make run` does, on free ports and a folder of its own, and stop it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reelgraph_services.ports import free_base_port

START_SECONDS = 180


@dataclass
class Up:
    """A running `reelgraph up`, its output so far, and the addresses of its processes."""

    process: subprocess.Popen[str]
    base_port: int
    data_dir: Path
    lines: list[str] = field(default_factory=list)
    _incoming: queue.Queue[str | None] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._incoming.put(line.rstrip())
        self._incoming.put(None)

    def wait_for(self, text: str, seconds: float = START_SECONDS) -> str:
        """Return the first further line that holds `text`; fail with all output otherwise."""
        while (line := self._incoming.get(timeout=seconds)) is not None:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"ended without printing {text!r}:\n" + "\n".join(self.lines))

    def url(self, offset: int, path: str = "") -> str:
        return f"http://127.0.0.1:{self.base_port + offset}{path}"

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def start_up(data_dir: Path, *options: str, base_port: int | None = None) -> Up:
    base_port = base_port or free_base_port()
    command = [sys.executable, "-u", "-m", "reelgraph_cli", "up"]
    command += ["--port", str(base_port), "--data-dir", str(data_dir), *options]
    return _follow(command, base_port, data_dir)


def _follow(command: list[str], base_port: int, data_dir: Path, cwd: Path | None = None) -> Up:
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return Up(process, base_port, data_dir)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Start stacks by `up(*options, data_dir=…, base_port=…)`; all are stopped at the end."""
    started: list[Up] = []

    def start(*options: str, data_dir: Path | None = None, base_port: int | None = None) -> Up:
        started.append(start_up(data_dir or tmp_path / "data", *options, base_port=base_port))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Callable[[Path, str], Up]]:
    """Type `make run` in a checkout, with a Python: `make_run(checkout, python)`."""
    started: list[Up] = []

    def run(checkout: Path, python: str) -> Up:
        port, data_dir = free_base_port(), tmp_path / "data"
        command = ["make", "run", f"PYTHON={python}", f"PORT={port}", f"DATA_DIR={data_dir}"]
        started.append(_follow(command, port, data_dir, cwd=checkout))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGINT)
        each.stop()


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Yield the whole stack, ready; one for all tests of a session."""
    stack = start_up(tmp_path_factory.mktemp("evening"))
    try:
        stack.wait_for("Ready in")
        yield stack
    finally:
        stack.stop()
