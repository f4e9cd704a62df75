"""Contract variants on the router: files under contract_variants/, each with subgraphs, data and variants.

A variant names the tags that it includes and excludes, coordinates that clients see and do not see,
and operations with their answers; or the errors of a filter that leaves no valid schema.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import GraphQLSchema, validate_schema
from graphql.utilities import introspection_from_schema
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_federation.supergraph.contracts import ContractResult, make_contract
from reelgraph_federation.supergraph.print_sdl import print_supergraph
from reelgraph_federation.supergraph.supergraph import Supergraph
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.transport.memory import MemoryTransport

FILES = sorted((Path(__file__).parent / "contract_variants").glob("*.yaml"))
HEAD = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", '
    '"@requires", "@shareable", "@inaccessible", "@interfaceObject", "@tag"])\n'
)


@cache
def load(path: Path) -> tuple[dict[str, Any], Supergraph]:
    given = yaml.safe_load(path.read_text())
    subgraphs = given["subgraphs"].items()
    result = compose([Subgraph(one, f"http://{one}/", HEAD + s["sdl"]) for one, s in subgraphs])
    assert result.supergraph is not None, "\n".join(map(str, result.errors))
    return given, result.supergraph


def variants() -> list[Any]:
    return [
        pytest.param(path, variant, id=f"{path.stem}-{variant['name']}")
        for path in FILES
        for variant in yaml.safe_load(path.read_text())["variants"]
    ]


def contract(supergraph: Supergraph, variant: dict[str, Any]) -> ContractResult:
    return make_contract(supergraph, variant.get("include", ()), variant.get("exclude", ()))


@pytest.mark.parametrize(("path", "variant"), variants())
async def test_variant(path: Path, variant: dict[str, Any]) -> None:
    given, supergraph = load(path)
    made = contract(supergraph, variant)
    assert {one.code for one in made.errors} == set(variant.get("errors", ()))
    if made.supergraph is None:
        return
    sdl = print_supergraph(made.supergraph)
    schema = parse_supergraph(sdl).api_schema
    assert validate_schema(schema) == []
    introspection_from_schema(schema)
    shown = coordinates(schema)
    assert not shown.intersection(variant["gone"])
    assert shown.issuperset(variant["shown"])
    transport = MemoryTransport({one: handler(s) for one, s in given["subgraphs"].items()})
    router = await EmbeddedRouter.of(sdl, transport)
    for operation in variant["operations"]:
        await check(router, operation)


async def check(router: EmbeddedRouter, operation: dict[str, Any]) -> None:
    answer: Any = await router.execute(operation["query"], operation.get("variables"))
    if "refused" in operation:
        assert [one["extensions"]["code"] for one in answer["errors"]] == [operation["refused"]]
        assert "data" not in answer
    else:
        assert answer == operation["answer"]


def handler(spec: dict[str, Any]) -> Any:
    subgraph = SimulatedSubgraph(spec["sdl"], spec["data"])
    return lambda request: subgraph.execute(request.query, request.variables)


def coordinates(schema: GraphQLSchema) -> set[str]:
    """Every coordinate of a schema."""
    found: set[str] = set()
    for name, one in schema.type_map.items():
        found.add(name)
        for member, definition in {
            **getattr(one, "fields", {}),
            **getattr(one, "values", {}),
        }.items():
            found.add(f"{name}.{member}")
            for argument in getattr(definition, "args", {}):
                found.add(f"{name}.{member}({argument}:)")
    return found
