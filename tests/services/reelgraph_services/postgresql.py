"""PostgreSQL 16 from the pgserver wheel's own binaries."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from reelgraph_services import cache, server

_INITDB = ("--auth=trust", "--username=reelgraph", "--encoding=UTF8", "--locale=C", "--no-sync")


def install() -> Path:
    """Copy the binaries to where the server's user can read them."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package pgserver is missing: pip install 'reelgraph[dev]'.")
    package = Path(spec.origin).parent

    def build(target: Path) -> None:
        # As they lie in the wheel, for the binaries find their libraries by relative paths.
        shutil.copytree(package / "pginstall", target / "pgserver" / "pginstall", symlinks=True)
        libraries = package.parent / "pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, target / "pgserver.libs", symlinks=True)

    return cache.installed(f"postgresql-pgserver-{version('pgserver')}", build)


def start(owner: int | None = None) -> server.Server:
    """Make a cluster and start it; `url` has no database name yet, so add `/name`."""
    binaries = _binaries()
    with server.new_folder("postgresql") as folder:
        data = folder / "data"
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"}
        server.run_as_server(
            [str(binaries / "initdb"), *_INITDB, f"--pgdata={data}"], environment, folder
        )
        port = server.free_port()
        command = [
            str(binaries / "postgres"),
            "-D",
            str(data),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", f"port={port}"),
            *("-c", f"unix_socket_directories={folder}"),
            *("-c", "fsync=off"),
            *("-c", "max_connections=200"),
        ]
        isready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        return server.start(
            "postgresql",
            command,
            url=f"postgresql+asyncpg://reelgraph@127.0.0.1:{port}",
            folder=folder,
            ready=lambda: server.succeeds(isready),
            environment=environment,
            owner=owner,
        )


def create_database(url: str, name: str) -> str:
    """Make an empty database on a server and return its URL."""
    port = url.rpartition(":")[2]
    command = [
        str(_binaries() / "createdb"),
        "-h",
        "127.0.0.1",
        "-p",
        port,
        "-U",
        "reelgraph",
        name,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return f"{url}/{name}"


def _binaries() -> Path:
    return install() / "pgserver" / "pginstall" / "bin"
