"""Contract variants: golden API schemas, and filters that leave no schema."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from graphql import assert_valid_schema, build_schema, print_schema

from reelgraph_federation.supergraph.contracts import make_contract
from reelgraph_federation.supergraph.print_sdl import print_supergraph
from reelgraph_federation.supergraph.supergraph import Supergraph

sys.path.insert(0, str(Path(__file__).parent))
from case_files import compare_or_update, read_cases

HERE = Path(__file__).parent / "contracts"
FILTERS = {
    "public": (["public"], []),
    "public_and_partner": (["public", "partner"], []),
    "without_internal": ([], ["internal"]),
    "public_without_partner": (["public", "partner"], ["partner"]),
}


@pytest.fixture(scope="module")
def films() -> Supergraph:
    result = read_cases(HERE / "films.graphql")[0].compose()
    assert result.supergraph is not None, result.errors
    return result.supergraph


@pytest.mark.parametrize("name", FILTERS)
def test_contract_shows_what_its_tags_let_through(
    films: Supergraph, name: str, update_golden: bool
) -> None:
    include, exclude = FILTERS[name]
    contract = make_contract(films, include, exclude)
    assert contract.supergraph is not None, contract.errors
    assert_valid_schema(build_schema(print_supergraph(contract.supergraph)))
    api = print_schema(contract.supergraph.api_schema)
    assert_valid_schema(build_schema(api))
    compare_or_update(HERE / f"{name}.txt", api + "\n", update_golden=update_golden)


def test_contract_leaves_the_supergraph_alone(films: Supergraph) -> None:
    before = print_supergraph(films)
    make_contract(films, ["public"], ["internal"])
    assert print_supergraph(films) == before


def test_unreachable_types_may_stay(films: Supergraph) -> None:
    shown = make_contract(films, [], ["internal"], hide_unreachable=False)
    assert shown.supergraph is not None
    assert not shown.supergraph.types["Clip"].applied.inaccessible


def test_contract_without_queries_is_refused(films: Supergraph) -> None:
    contract = make_contract(films, ["partner"])
    assert contract.supergraph is None
    assert [problem.code for problem in contract.errors] == ["QUERY_ROOT_MISSING"]


def test_contract_with_dangling_references_is_refused(films: Supergraph) -> None:
    money = films.types["Money"]
    assert money.applied.tags == ("internal",)
    case = read_cases(HERE / "films.graphql")[0]
    text = case.subgraphs[0].sdl.replace('cost: Money @tag(name: "internal")', "cost: Money")
    case.subgraphs[0] = type(case.subgraphs[0])("catalog", "", text)
    supergraph = case.compose().supergraph
    assert supergraph is not None
    contract = make_contract(supergraph, [], ["internal"])
    assert {problem.code for problem in contract.errors} == {"REFERENCED_INACCESSIBLE"}
