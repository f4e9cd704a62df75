"""Publish the schemas of the stack to its registry, with the command line that users have."""

from __future__ import annotations

import json
from pathlib import Path

from reelgraph_cli.up.child import Lifeline, fork_child
from reelgraph_cli.up.stack import Stack


def start_publishing(stack: Stack, lifeline: Lifeline) -> int | None:
    """Start ``reelgraph subgraph publish`` for every subgraph of the stack; return its pid.

    Unchanged schemas make no new version. Returns None when the stack has no registry or no
    subgraph.
    """
    registry = stack.find("registry")
    config = write_subgraphs_config(stack)
    if registry is None or config is None:
        return None
    environment = {
        "REELGRAPH_REGISTRY_URL": registry.url(stack.base_port),
        "REELGRAPH_REGISTRY_TOKEN": (stack.keys_dir / "registry-token").read_text().strip(),
        "REELGRAPH_ARGUMENTS": json.dumps(["subgraph", "publish", "--config", str(config)]),
    }
    log = stack.logs_dir / "publish.log"
    return fork_child("publish", "reelgraph_cli.up.run_command", environment, log, lifeline)


def write_subgraphs_config(stack: Stack) -> Path | None:
    """Write the list of subgraphs (name, url, schema file) that the command line reads.

    The file is YAML's JSON subset and lies in the data folder. Returns None without subgraphs.
    """
    subgraphs = [
        {
            "name": service.name,
            "url": service.url(stack.base_port, "/graphql"),
            "schema": str(service.schema),
        }
        for service in stack.services
        if service.schema is not None
    ]
    if not subgraphs:
        return None
    path = stack.data_dir / "subgraphs.yaml"
    path.write_text(json.dumps({"subgraphs": subgraphs}, indent=2))
    return path
