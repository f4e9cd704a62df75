"""PostgreSQL from the pgserver wheel's own binaries, or Debian's where that has no wheel."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from reelgraph_services import cache, server

_INITDB = ("--auth=trust", "--username=reelgraph", "--encoding=UTF8", "--locale=C", "--no-sync")
_DEBIAN = Path("/usr/lib/postgresql")


def install() -> Path:
    """Return the folder of the binaries, installed where the server's user can read them."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        return _from_debian()
    return _from_wheel(Path(spec.origin).parent)


def _from_debian() -> Path:
    found = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"]
        subprocess.run(command, check=True)
        found = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise RuntimeError(
            "There is no PostgreSQL: the package pgserver has no wheel for this Python and "
            "machine, and the system's own is missing (Debian, Ubuntu: apt install postgresql)."
        )
    return found[-1]


def _from_wheel(package: Path) -> Path:

    def build(target: Path) -> None:
        # As they lie in the wheel, for the binaries find their libraries by relative paths.
        shutil.copytree(package / "pginstall", target / "pgserver" / "pginstall", symlinks=True)
        libraries = package.parent / "pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, target / "pgserver.libs", symlinks=True)

    folder = cache.installed(f"postgresql-pgserver-{version('pgserver')}", build)
    return folder / "pgserver" / "pginstall" / "bin"


def start(owner: int | None = None) -> server.Server:
    """Make a cluster and start it; `url` has no database name yet, so add `/name`."""
    binaries = install()
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
        str(install() / "createdb"),
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
