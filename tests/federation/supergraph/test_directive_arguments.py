"""An argument in a supergraph means what GraphQL coerces it to, or the supergraph is refused.

Supergraphs come from other composers, too, and from people's hands. A router that took a requirement
that it does not understand for none would serve what somebody meant to protect.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from graphql import GraphQLNonNull
from hypothesis import given, settings

from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph

sys.path.insert(0, str(Path(__file__).parents[1]))
from argument_values import VALUES, input_type, meaning

SUPERGRAPH = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"])
{ query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") B @join__graph(name: "b", url: "http://b") }
type Query @join__type(graph: A) @join__type(graph: B) { a(n: Int): [Int] @join__field(graph: A) @here t: T @join__field(graph: B) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @there {
  id: ID!
  a: Int @join__field(graph: A) @join__field(graph: B, external: true)
  r: Int @moved
}
scalar S @join__type(graph: A) @scalar
"""
RESTING = {
    "@here": "",
    "@there": "",
    "@moved": '@join__field(graph: B, requires: "a")',
    "@scalar": "",
}
PLACES = {
    "requiresScopes.scopes": ("@here", "@requiresScopes(…)", "[[String!]!]!"),
    "policy.policies": ("@there", "@policy(…)", "[[String!]!]!"),
    "tag.name": ("@there", "@tag(…)", "String!"),
    "cost.weight": ("@scalar", "@cost(…)", "Int!"),
    "listSize.assumedSize": ("@here", "@listSize(…)", "Int"),
    "listSize.slicingArguments": ("@here", "@listSize(…)", "[String!]"),
    "listSize.sizedFields": ("@here", "@listSize(…)", "[String!]"),
    "listSize.requireOneSlicingArgument": ("@here", "@listSize(…)", "Boolean"),
    "context.name": ("@there", "@context(…)", "String!"),
    "specifiedBy.url": ("@scalar", "@specifiedBy(…)", "String!"),
    "join__type.key": ("@there", "@join__type(graph: B, …)", "String"),
    "join__type.resolvable": ("@there", '@join__type(graph: A, key: "id", …)', "Boolean"),
    "join__field.requires": ("@moved", "@join__field(graph: B, …)", "String"),
    "join__field.external": ("@moved", "@join__field(graph: B, …)", "Boolean"),
    "join__field.usedOverridden": ("@moved", "@join__field(graph: B, …)", "Boolean"),
    "join__field.override": ("@moved", "@join__field(graph: B, …)", "String"),
    "join__field.overrideLabel": ("@moved", '@join__field(graph: B, override: "a", …)', "String"),
}
MARKERS = {"inaccessible": "@here", "authenticated": "@here"}


def supergraph_with(place: str, argument: str) -> str:
    mark, directive, _ = PLACES[place]
    return written(mark, directive.replace("…", argument).replace("()", "").replace(", )", ")"))


def written(mark: str, directive: str) -> str:
    text = SUPERGRAPH
    for each, resting in RESTING.items():
        text = text.replace(each, directive if each == mark else resting)
    return text


def read(sdl: str) -> object:
    """Return what a supergraph means; None where it is refused."""
    try:
        supergraph = parse_supergraph(sdl)
    except InvalidSupergraphError:
        return None
    return supergraph.types


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_any_value_means_what_graphql_makes_of_it(place: str, value: str) -> None:
    found = read(supergraph_with(place, f"{place.partition('.')[2]}: {value}"))
    means = meaning(value, input_type(PLACES[place][2]))
    if means is None:
        assert found is None, f"{value} means nothing, and is read"
        return
    argument = f"{place.partition('.')[2]}: {means}" if means else ""
    assert found == read(supergraph_with(place, argument))


@pytest.mark.parametrize("place", PLACES)
def test_unknown_and_missing_arguments_are_refused(place: str) -> None:
    assert read(supergraph_with(place, "nix: 1")) is None
    needed = isinstance(input_type(PLACES[place][2]), GraphQLNonNull)
    assert (read(supergraph_with(place, "")) is None) == needed


@pytest.mark.parametrize("directive", MARKERS)
def test_directives_without_arguments_have_none(directive: str) -> None:
    assert read(written(MARKERS[directive], f"@{directive}")) is not None
    assert read(written(MARKERS[directive], f"@{directive}(if: false)")) is None


@pytest.mark.parametrize("value", ['"x"', '["x"]', '[["x"]]'])
def test_each_spelling_protects(value: str) -> None:
    sdl = supergraph_with("requiresScopes.scopes", f"scopes: {value}")
    access = parse_supergraph(sdl).types["Query"].fields["a"].applied.access  # type: ignore[union-attr]
    assert access is not None
    assert access.scopes == (("x",),)


@pytest.mark.parametrize("value", ["[]", "[[]]", '[["x"], []]'])
def test_requirements_that_ask_for_nothing_are_refused(value: str) -> None:
    assert read(supergraph_with("requiresScopes.scopes", f"scopes: {value}")) is None
