"""The gateways measured: ours, and the peers that are installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "peers" / "node_modules"
HIVE_ROUTER = """\
supergraph: {{source: file, path: {supergraph}}}
http: {{host: 127.0.0.1, port: {port}, workers: 1}}
log: {{level: error}}
laboratory: {{enabled: false}}
traffic_shaping: {{router: {{dedupe: {{enabled: {sharing}}}}}, all: {{dedupe_enabled: {sharing}}}}}
"""


@dataclass(frozen=True)
class Gateway:
    """How to start a gateway, and where it answers."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready_path: str = "/graphql?query=%7B__typename%7D"
    path: str = "/graphql"
    headers: tuple[bytes, ...] = (b"",)
    """Header lines that clients send, for one connection after the other."""


def gateways(
    supergraph: Path, port: int, sharing: tuple[bool, ...], hive_routers: list[str] | None
) -> Iterator[Gateway]:
    """Every gateway that can be measured here, peers only where they are installed."""
    for shared in sharing:
        yield reelgraph(supergraph, port, shared)
        for router in hive_routers or _installed_hive_routers():
            yield hive_router_at(router, supergraph, port, shared)
    if not all(sharing):
        if (MODULES / "@graphql-hive" / "gateway").exists():
            yield hive_gateway(supergraph, port)
        if (MODULES / "@apollo" / "gateway").exists():
            yield apollo_gateway(supergraph, port)


def reelgraph(supergraph: Path, port: int, shared: bool) -> Gateway:
    """Our router, started as its users start it."""
    return Gateway(
        f"reelgraph, sharing {'on' if shared else 'off'}",
        [
            str(Path(sys.executable).with_name("reelgraph")), "router", "start",
            "--supergraph", str(supergraph), "--port", str(port),
        ],
        {
            "REELGRAPH_ROUTER_SHARE_IN_FLIGHT": str(shared),
            "REELGRAPH_ROUTER_LOG_LEVEL": "warning",
            "PYTHONDONTWRITEBYTECODE": "",  # installed packages have theirs
        },
        ready_path="/ready",
    )  # fmt: skip


def _installed_hive_routers() -> list[str]:
    return list(filter(None, [shutil.which("hive_router") or shutil.which("hive-router")]))


def hive_router_at(named: str, supergraph: Path, port: int, shared: bool) -> Gateway:
    """hive-router with one worker, its configuration in a folder of its own; see `--hive-router`."""
    name, equals, path = named.rpartition("=")
    folder = supergraph.parent / f"hive-router-{shared}"
    folder.mkdir(exist_ok=True)
    (folder / "router.config.yaml").write_text(
        HIVE_ROUTER.format(supergraph=supergraph, port=port, sharing=str(shared).lower())
    )
    return Gateway(
        f"hive-router{f' ({name})' if equals else ''}, sharing {'on' if shared else 'off'}",
        [os.path.abspath(path)],
        folder=folder,
        ready_path="/readiness",
    )


def hive_gateway(supergraph: Path, port: int) -> Gateway:
    """Hive Gateway; it shares subgraph calls, and has no switch for it."""
    return Gateway(
        "@graphql-hive/gateway",
        [
            "node", str(MODULES / "@graphql-hive" / "gateway" / "dist" / "bin.js"), "supergraph",
            str(supergraph), "--host", "127.0.0.1", "--port", str(port),
        ],
        {"NODE_ENV": "production", "LOG_LEVEL": "error"},
        folder=supergraph.parent,
        ready_path="/readiness",
    )  # fmt: skip


def apollo_gateway(supergraph: Path, port: int) -> Gateway:
    """Apollo Gateway behind Apollo Server."""
    return Gateway(
        "@apollo/gateway",
        ["node", str(HERE / "peers" / "apollo-gateway.mjs"), str(supergraph), str(port)],
        {"NODE_ENV": "production"},
        ready_path="/",
        path="/",
    )
