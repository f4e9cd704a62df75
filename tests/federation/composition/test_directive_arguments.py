"""An argument of any shape means what GraphQL coerces it to, or is an error: never silently less.

graphql-core says what a value means for the type that the specification gives the argument. A document
with the value composes to the very supergraph of the same document with what it means; one with a value
that means nothing does not compose.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from graphql import (
    is_required_argument,
)
from graphql.type import GraphQLArgument
from hypothesis import given, settings

from reelgraph_federation import CompositionResult, Subgraph, compose
from reelgraph_federation.subgraph.spec_features import DIRECTIVES

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from argument_values import VALUES, input_type, meaning
from case_files import describe, link_line

OWNED = 'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int n: Int }'
PLACES: dict[tuple[str, str], tuple[str, str]] = {
    ("key", "fields"): ("type Query { t: T } type T @key(…) { id: ID! a: Int }", ""),
    ("key", "resolvable"): ('type Query { t: T } type T @key(fields: "id", …) { id: ID! }', ""),
    ("requires", "fields"): (
        'type T @key(fields: "id") { id: ID! a: Int @external r: Int @requires(…) }',
        OWNED,
    ),
    ("provides", "fields"): (
        'type Query { p: T @provides(…) } type T @key(fields: "id") { id: ID! a: Int @external }',
        OWNED.replace("a: Int", "a: Int @shareable"),
    ),
    ("external", "reason"): (
        'type T @key(fields: "id") { id: ID! a: Int @external(…) r: Int @requires(fields: "a") }',
        OWNED,
    ),
    ("override", "from"): (
        'type Query { o: Int } type T @key(fields: "id") { id: ID! a: Int @override(…) }',
        OWNED,
    ),
    ("override", "label"): (
        'type T @key(fields: "id") { id: ID! a: Int @override(from: "b", …) }',
        OWNED,
    ),
    ("tag", "name"): ("type Query { a: Int @tag(…) }", ""),
    ("composeDirective", "name"): (
        'extend schema @link(url: "https://a.example/hint/v1.0", import: ["@hint"]) '
        "@composeDirective(…) directive @hint on FIELD_DEFINITION type Query { a: Int @hint }",
        "",
    ),
    ("requiresScopes", "scopes"): ("type Query { a: Int @requiresScopes(…) }", ""),
    ("policy", "policies"): ("type Query { a: Int @policy(…) }", ""),
    ("context", "name"): (
        'type Query { t: T! } type T @key(fields: "id") @context(…) { id: ID! n: Int! u: U! } '
        'type U @key(fields: "id") { id: ID! x(n: Int! @fromContext(field: "$c { n }")): Int! }',
        "",
    ),
    ("fromContext", "field"): (
        'type Query { t: T! } type T @key(fields: "id") @context(name: "c") { id: ID! n: Int! u: U! } '
        'type U @key(fields: "id") { id: ID! x(n: Int! @fromContext(…)): Int! }',
        "",
    ),
    ("cost", "weight"): ("type Query { a: Int @cost(…) }", ""),
    ("listSize", "assumedSize"): ("type Query { l: [Int] @listSize(…) }", ""),
    ("listSize", "slicingArguments"): ("type Query { l(a: Int n: Int): [Int] @listSize(…) }", ""),
    ("listSize", "sizedFields"): (
        "type Query { l: L @listSize(…) } type L { a: [Int] n: [Int] }",
        "",
    ),
    ("listSize", "requireOneSlicingArgument"): (
        'type Query { l(a: Int): [Int] @listSize(slicingArguments: ["a"], …) }',
        "",
    ),
    ("cacheTag", "format"): ("type Query { a(n: Int!): Int @cacheTag(…) }", ""),
}
"""Where each argument stands: the ellipsis in the first subgraph, and a second one if it is needed."""

TYPES = {
    (spec.name, parameter.name): input_type(parameter.type)
    for spec in DIRECTIVES.values()
    for parameter in spec.parameters
}


def result_of(place: tuple[str, str], argument: str) -> CompositionResult:
    sdl, other = PLACES[place]
    text = sdl.replace("…", argument).replace("()", "").replace(", )", ")")
    subgraphs = [Subgraph("a", "http://a.example", link_line("2.14") + text)]
    if other:
        subgraphs.append(Subgraph("b", "http://b.example", link_line("2.14") + other))
    return compose(subgraphs)


def test_each_argument_has_a_place() -> None:
    assert set(PLACES) == set(TYPES)


@pytest.mark.parametrize("place", PLACES, ids="-".join)
@settings(max_examples=60, deadline=None)
@given(value=VALUES)
def test_any_value_means_what_graphql_makes_of_it(place: tuple[str, str], value: str) -> None:
    result = result_of(place, f"{place[1]}: {value}")
    assert all(problem.code != "INTERNAL" for problem in result.errors), describe(result)
    means = meaning(value, TYPES[place])
    if means is None:
        assert not result.ok, f"{value} means nothing, and composes"
        return
    expected = result_of(place, f"{place[1]}: {means}" if means else "")
    assert result.supergraph_sdl == expected.supergraph_sdl
    assert [p.code for p in result.errors] == [p.code for p in expected.errors]


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_an_unknown_argument_is_an_error(place: tuple[str, str]) -> None:
    result = result_of(place, "nix: 1")
    assert "INVALID_GRAPHQL" in {problem.code for problem in result.errors}


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_a_missing_argument_is_an_error_where_it_must_be_given(place: tuple[str, str]) -> None:
    needed = is_required_argument(GraphQLArgument(TYPES[place]))
    codes = {problem.code for problem in result_of(place, "").errors}
    assert ("INVALID_GRAPHQL" in codes) == needed


@pytest.mark.parametrize("value", ['"a"', '["a"]', '[["a"]]'])
@pytest.mark.parametrize("place", [("requiresScopes", "scopes"), ("policy", "policies")])
def test_each_spelling_protects(place: tuple[str, str], value: str) -> None:
    text = result_of(place, f"{place[1]}: {value}").supergraph_sdl
    assert text is not None
    assert f'a: Int @{place[0]}({place[1]}: [["a"]])' in text
