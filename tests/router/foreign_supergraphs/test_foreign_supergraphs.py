"""Supergraphs that other composers wrote are read, and answer as our own of the same subgraphs.

sets/ has subgraphs with data and operations, supergraphs/ what installed composers made of them
(make.py writes them anew), expected/ the answers. Join v0.1 comes from Apollo's Federation 1,
v0.2 to v0.5 from its Federation 2 and from @theguild/federation-composition.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema, validate_schema
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.transport.memory import MemoryTransport

HERE = Path(__file__).parent
SETS = sorted((HERE / "sets").glob("*.yaml"))
SUPERGRAPHS = sorted((HERE / "supergraphs").glob("*/*.graphql"))
JOIN_VERSIONS = ("0.1", "0.2", "0.3", "0.4", "0.5")


@cache
def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HERE / "sets" / f"{name}.yaml").read_text())
    return loaded


@cache
def own_sdl(name: str) -> str:
    subgraphs = load(name)["subgraphs"].items()
    result = compose([Subgraph(one, f"http://{one}/graphql", s["sdl"]) for one, s in subgraphs])
    assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
    return result.supergraph_sdl


def shown(schema: GraphQLSchema) -> str:
    assert validate_schema(schema) == []
    return print_schema(lexicographic_sort_schema(schema))


async def answers(name: str, sdl: str) -> list[Any]:
    """What the router answers to a set's operations from a supergraph of it."""
    case = load(name)

    def handler(spec: dict[str, Any]) -> Any:
        subgraph = SimulatedSubgraph(spec["sdl"], spec["data"])
        return lambda request: subgraph.execute(request.query, request.variables)

    transport = MemoryTransport({one: handler(s) for one, s in case["subgraphs"].items()})
    router = await EmbeddedRouter.of(sdl, transport)
    return [await router.execute(one["query"], one.get("variables")) for one in case["operations"]]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_our_own_supergraph_answers_as_expected(path: Path, update_golden: bool) -> None:
    found = asyncio.run(answers(path.stem, own_sdl(path.stem)))
    expected = HERE / "expected" / f"{path.stem}.json"
    if update_golden:
        expected.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(expected.read_text())
    assert not any("errors" in one for one in found)


@pytest.mark.parametrize("path", SUPERGRAPHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_foreign_supergraph(path: Path) -> None:
    sdl, name = path.read_text(), path.parent.name
    supergraph = parse_supergraph(sdl)
    assert set(supergraph.subgraphs) == set(load(name)["subgraphs"])
    own = parse_supergraph(own_sdl(name))
    assert shown(supergraph.api_schema) == shown(own.api_schema)
    expected = json.loads((HERE / "expected" / f"{name}.json").read_text())
    assert asyncio.run(answers(name, sdl)) == expected


def test_every_join_version_is_there() -> None:
    texts = [path.read_text() for path in SUPERGRAPHS]
    for version in JOIN_VERSIONS:
        assert any(f"specs.apollo.dev/join/v{version}" in text for text in texts), version
