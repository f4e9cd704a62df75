"""The planner beyond golden plans: budgets, refusals, keys, conditions of whole fetches."""

from __future__ import annotations

import pytest
from graphql import parse

from benchmarks.planning.__main__ import make_operation, make_supergraph
from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import (
    DisabledSubgraphsError,
    NoPathError,
    PlanningBudgetError,
    QueryPlan,
    describe_paths,
    plan_operation,
    search_budget,
)
from reelgraph_federation.planning.keys import Ident, KeySpace
from reelgraph_federation.planning.query_plan import ALWAYS, Literal
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

SUPERGRAPH = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
{ query: Query }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
type Query @join__type(graph: A) @join__type(graph: B) { me: User @join__field(graph: A) }
type User @join__type(graph: A, key: "id") @join__type(graph: B, key: "email") @context(name: "b__c") {
  id: ID! @join__field(graph: A)
  email: ID! @join__field(graph: B)
  lost: Int @join__field(graph: B)
  local: String @join__field(graph: A, contextArguments: [{context: "a__c", name: "l", type: "String", selection: "{ id }"}])
}
"""  # fmt: skip


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    return parse_supergraph(SUPERGRAPH)


@pytest.fixture(scope="module")
def large() -> Supergraph:
    return make_supergraph(12)


def plan(supergraph: Supergraph, text: str) -> QueryPlan:
    return plan_operation(supergraph, normalize_operation(supergraph, parse(text)))


def test_a_field_without_a_path_is_told(supergraph: Supergraph) -> None:
    with pytest.raises(NoPathError, match=r"resolves User\.lost at me") as caught:
        plan(supergraph, "{ me { id lost } }")
    assert caught.value.coordinate == "User.lost"
    assert caught.value.code == "QUERY_PLANNING_FAILED"


def test_a_field_of_a_disabled_subgraph_is_told(supergraph: Supergraph) -> None:
    operation = normalize_operation(supergraph, parse("{ me { id } }"))
    with pytest.raises(DisabledSubgraphsError, match=r'Without "a" .* User\.id at me') as caught:
        plan_operation(supergraph, operation, disabled_subgraphs=frozenset({"a"}))
    assert caught.value.code == "NO_PLAN_FOUND_WITH_DISABLED_SUBGRAPHS"


def test_a_plan_does_without_a_disabled_subgraph(supergraph: Supergraph) -> None:
    operation = normalize_operation(supergraph, parse("{ me { id } }"))
    made = plan_operation(supergraph, operation, disabled_subgraphs=frozenset({"b"}))
    assert made == plan_operation(supergraph, operation)


def test_a_plan_takes_another_way_round_a_disabled_subgraph() -> None:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])'
    sdl = f"{link} type Query {{ now: Int @shareable }}"
    composed = compose([Subgraph(name, f"http://{name}.example", sdl) for name in "abc"])
    assert composed.supergraph is not None
    operation = normalize_operation(composed.supergraph, parse("{ now }"))
    for disabled, taken in (("", "a"), ("a", "b"), ("ab", "c")):
        made = plan_operation(
            composed.supergraph, operation, disabled_subgraphs=frozenset(disabled)
        )
        assert [fetch.subgraph for fetch in made.fetches] == [taken]


def test_a_context_that_nothing_sets_is_told(supergraph: Supergraph) -> None:
    with pytest.raises(NoPathError, match=r"resolves User\.local at me"):
        plan(supergraph, "{ me { local } }")


def test_the_budget_ends_the_search(large: Supergraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_budget, "STEPS_ALLOWED", 50)
    with pytest.raises(PlanningBudgetError, match="more than 50 steps") as caught:
        plan(large, make_operation(100, 12))
    assert caught.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"


def test_steps_grow_with_the_operation_only(
    large: Supergraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard against backtracking: some forty steps a field are enough, however large it is."""
    monkeypatch.setattr(search_budget, "STEPS_ALLOWED", 40 * 400)
    made = plan(large, make_operation(400, 12))
    assert max(fetch.wave for fetch in made.fetches) < 12
    by_wave = [(fetch.wave, fetch.subgraph) for fetch in made.fetches]
    assert len(set(by_wave)) == len(by_wave), "one request to a subgraph in each wave"


def test_plans_are_values(large: Supergraph) -> None:
    text = make_operation(60, 12)
    assert plan(large, text) == plan(large, text)
    assert hash(plan(large, text)) == hash(plan(large, text))
    ids = [fetch.id for fetch in plan(large, text).fetches]
    assert ids == list(range(len(ids)))
    for fetch in plan(large, text).fetches:
        assert all(before < fetch.id for before in fetch.depends_on)


def test_conditions_of_fetches(large: Supergraph) -> None:
    made = plan(
        large,
        "query ($x: Boolean!, $y: Boolean!) {"
        " root0 { f0 f1 @include(if: $x) f2 @skip(if: $x) f3 @include(if: $y) } }",
    )
    conditions = {fetch.subgraph: fetch.condition for fetch in made.fetches}
    assert conditions["s000"] == ALWAYS
    assert conditions["s001"] == ((Literal("x"),),)
    assert conditions["s002"] == ((Literal("x", True),),)
    assert conditions["s003"] == ((Literal("y"),),)


def test_paths_are_described(large: Supergraph) -> None:
    operation = normalize_operation(large, parse("{ root0 { f4 common } }"))
    text = describe_paths(large, operation)
    assert 'root0.f4  (T0.f4)\n  * s004: by key "id", its node from wave 1' in text
    assert "* s000: reached without an entity move, from wave 0" in text


def test_keys_are_shared_only_without_conflict() -> None:
    keys = KeySpace()
    nullable, required = frozenset({"Int"}), frozenset({"Int!"})
    assert keys.allocate(Ident("a"), "T", "a", nullable) == "a"
    assert keys.allocate(Ident("a"), "T", "again", nullable) == "a"
    assert keys.allocate(Ident("a"), "U", "a", nullable) == "a"
    assert keys.allocate(Ident("a"), "V", "a", required) == "_0_a"
    assert keys.allocate(Ident("a", "n: 1"), "T", "a", nullable) == "_1_a"
    assert keys.allocate(Ident("b"), "T", "a", nullable) == "_0_b"
    assert keys.below("a") is keys.below("a")
