"""One server for a whole test run, also when pytest-xdist runs it in several processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Literal

from reelgraph_services.cache import locked
from reelgraph_services.server import Server, is_alive, stop

Name = Literal["elasticsearch", "kafka", "mongodb", "postgresql", "valkey"]
NAMES: tuple[Name, ...] = ("elasticsearch", "kafka", "mongodb", "postgresql", "valkey")

Start = Callable[..., Server]


def install(name: Name) -> Path:
    """Install a server unless it is there; returns where."""
    path: Path = import_module(f"reelgraph_services.{name}").install()
    return path


def start(name: Name, owner: int | None = None) -> Server:
    """Install and start a server for process `owner` (this one by default)."""
    server: Server = import_module(f"reelgraph_services.{name}").start(owner)
    return server


@contextmanager
def shared(name: Name, folder: Path, worker: bool) -> Iterator[Server]:
    """Use a server together with other processes that name the same folder.

    The first one starts it, the last one stops it. `worker` says that this process is one of
    pytest-xdist's, whose parent outlives all of them.
    """
    state = folder / f"{name}.json"
    owner = os.getppid() if worker else os.getpid()
    with locked(folder / f"{name}.lock"):
        server, users = _read(state)
        if server is None or not is_alive(server.pid):
            server, users = start(name, owner), 0
        _write(state, server, users + 1)
    try:
        yield server
    finally:
        with locked(folder / f"{name}.lock"):
            _, users = _read(state)
            _write(state, server, users - 1)
            if users <= 1:
                state.unlink()
                stop(server)


def _read(state: Path) -> tuple[Server | None, int]:
    if not state.exists():
        return None, 0
    stored = json.loads(state.read_text())
    server = stored["server"]
    return Server(**{**server, "folder": Path(server["folder"])}), int(stored["users"])


def _write(state: Path, server: Server, users: int) -> None:
    stored = {"server": {**asdict(server), "folder": str(server.folder)}, "users": users}
    state.write_text(json.dumps(stored))
