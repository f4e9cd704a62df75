"""Run case files: their subgraphs composed, with data, and what was asked of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from router_cases import subgraph_sdl
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport


def load(path: Path):
    """A case file and the supergraph of its subgraphs."""
    case = yaml.safe_load(path.read_text())
    result = compose(
        [
            Subgraph(name, f"http://{name}/", subgraph_sdl(s["sdl"]))
            for name, s in case["subgraphs"].items()
        ]
    )
    assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
    return case, result.supergraph_sdl


def make_transport(case) -> MemoryTransport:
    """The subgraphs of a case."""

    def handler(spec):
        subgraph = SimulatedSubgraph(spec["sdl"], spec.get("data", {}))
        return lambda request: subgraph.execute(request.query, request.variables)

    return MemoryTransport({name: handler(spec) for name, spec in case["subgraphs"].items()})


def operations_in(paths: Iterable[Path]):
    """Every operation of every file, as a parameter."""
    for path in paths:
        for number, operation in enumerate(yaml.safe_load(path.read_text())["operations"]):
            yield pytest.param(path, number, id=f"{path.stem}-{operation.get('name', number)}")


def calls_of(transport: MemoryTransport) -> dict[str, int]:
    """How often each subgraph was called; those never called are left out."""
    return {name: len(made) for name, made in transport.calls.items() if made}


def describe_calls(calls: dict[str, list[GraphQLRequest]]) -> str:
    """What each subgraph was sent, for failures."""
    lines = [f"{name}: {one.query} {one.variables}" for name, made in calls.items() for one in made]
    return "\n".join(lines)


def caller(given: dict | None) -> Identity:
    """`caller` of a case: absent for nobody, else `scopes`."""
    if given is None:
        return ANONYMOUS
    return Identity(kind="member", subject="m1", scopes=frozenset(given.get("scopes", ())))
