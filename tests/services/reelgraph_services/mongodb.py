"""A server of the MongoDB protocol: mongo-java-server, in memory.

It has CRUD, unique indexes and aggregation, and neither transactions nor change streams.
"""

from __future__ import annotations

import os
from pathlib import Path

from reelgraph_services import cache, maven, server

VERSION = "1.47.0"
_MAIN = Path(__file__).with_name("MongoServerMain.java")


def install() -> Path:
    """Download the server's jars."""
    artifact = f"de.bwaldvogel:mongo-java-server:{VERSION}"
    return cache.installed(
        f"mongo-java-server-{VERSION}", lambda target: maven.copy_jars([artifact], target)
    )


def start(owner: int | None = None) -> server.Server:
    """Start an empty server."""
    home = install()
    with server.new_folder("mongodb") as folder:
        main = folder / _MAIN.name
        main.write_text(_MAIN.read_text())
        server.give_to_server(main)
        port = server.free_port()
        command = [
            str(maven.java_home() / "bin" / "java"),
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            str(home / "lib" / "*"),
            str(main),
            str(port),
        ]
        return server.start(
            "mongodb",
            command,
            url=f"mongodb://127.0.0.1:{port}",
            folder=folder,
            ready=lambda: server.answers(port),
            environment={"PATH": os.environ["PATH"], "HOME": str(folder)},
            owner=owner,
        )
