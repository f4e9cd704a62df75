"""Normalised operations: what is merged, dropped, ordered and kept apart."""

from __future__ import annotations

import pytest
from graphql import parse

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import (
    Budget,
    NormalizedOperation,
    OperationTooLargeError,
    normalize_operation,
)
from reelgraph_federation.operations.tree import SelectedField, Selections
from reelgraph_federation.planning.print_operation import print_condition
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { node: Node film: Film any: Any }
interface Node { id: ID! self(n: Int): Node }
type Film implements Node { id: ID! self(n: Int): Node title: String }
type Song implements Node { id: ID! self(n: Int): Node length: Int }
union Any = Film | Song
"""


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    result = compose([Subgraph("a", "http://a", SDL)])
    assert result.supergraph_sdl is not None, result.errors
    return parse_supergraph(result.supergraph_sdl)


def show(selections: Selections) -> str:
    """Print normalised selections: fields in order, conditions in brackets."""
    parts = [_show(one) for one in selections.fields.values()]
    parts += [
        f"on {case} {{ {' '.join(_show(one) for one in fields.values())} }}"
        for case, fields in selections.cases.items()
    ]
    return " ".join(parts)


def _show(one: SelectedField) -> str:
    text = one.name if one.name == one.response_name else f"{one.response_name}: {one.name}"
    text += f"({one.arguments.text})" if one.arguments.text else ""
    condition = print_condition(one.condition)
    text += f"[{condition}]" if condition else ""
    return text + (f" {{ {show(one.children)} }}" if one.children is not None else "")


def normalized(
    supergraph: Supergraph, text: str, budget: Budget | None = None
) -> NormalizedOperation:
    return normalize_operation(supergraph, parse(text), budget=budget)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ film { id } film { title id } }", "film { id title }"),
        ("{ film { ...F } } fragment F on Node { id ... on Film { title } }", "film { id title }"),
        ("{ node { ... on Film { id } id } }", "node { on Film { id } on Song { id } }"),
        ("{ node { ... on Node { id } } }", "node { id }"),
        ("{ any { ... on Node { id } } }", "any { on Film { id } on Song { id } }"),
        ("{ film { ... on Song { length } } }", "film {  }"),
        ("{ film { a: id @skip(if: true) b: id @include(if: true) } }", "film { b: id }"),
        (
            "query ($x: Boolean!) { film { id @include(if: $x) ... @skip(if: $x) { title } } }",
            "film { id[$x] title[not $x] }",
        ),
        (
            "query ($x: Boolean!) { film @include(if: $x) { id } film { title } }",
            "film { id[$x] title }",
        ),
        (
            "query ($x: Boolean!) { film @include(if: $x) { id } }",
            "film[$x] { id }",
        ),
        (
            "query ($x: Boolean!) { film { id @include(if: $x) id @skip(if: $x) } }",
            "film { id }",
        ),
        ("{ node { b: self(n: 1) { id } a: self { id } } }", "node { b: self(n: 1) { id } a: self { id } }"),
    ],
)  # fmt: skip
def test_normal_form(supergraph: Supergraph, text: str, expected: str) -> None:
    assert show(normalized(supergraph, text).selections) == expected


def test_order_is_that_of_the_first_occurrence(supergraph: Supergraph) -> None:
    node = normalized(
        supergraph, "{ node { ... on Film { title } id ... on Song { length } __typename } }"
    ).selections.fields["node"]
    assert node.children is not None
    names = [one.response_name for one in node.children.for_type("Film")]
    assert names == ["title", "id", "__typename"]


def test_introspection_is_written_down_with_its_fragments(supergraph: Supergraph) -> None:
    operation = normalized(
        supergraph,
        "query Q($n: String!) { film { id } __type(name: $n) { ...T } }"
        " fragment T on __Type { name }",
    )
    assert show(operation.selections) == "film { id } __type(name: $n)"
    assert operation.selections.fields["__type"].introspection == "__i0"
    assert operation.introspection is not None
    assert "__i0: __type(name: $n)" in operation.introspection
    assert "fragment T" in operation.introspection
    assert "film" not in operation.introspection
    assert operation.introspection_variables == ("n",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("{ film { id title } }", "{ film { ... on Film { id } title } }", True),
        ("{ film { id title } }", "{ film { title id } }", False),
        ("{ node { self(n: 1) { id } } }", "{ node { self(n: 2) { id } } }", False),
        ("query A { film { id } }", "query B { film { id } }", False),
        ("query ($x: Int = 1) { node { self(n: $x) { id } } }",
         "query ($x: Int = 2) { node { self(n: $x) { id } } }", False),
    ],
)  # fmt: skip
def test_fingerprints(supergraph: Supergraph, one: str, other: str, same: bool) -> None:
    left, right = normalized(supergraph, one), normalized(supergraph, other)
    assert (left.fingerprint == right.fingerprint) is same


def test_a_fragment_spread_twice_is_opened_once(supergraph: Supergraph) -> None:
    levels = 30
    fragments = [f"fragment F{n} on Film {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    text = "{ film { ...F0 } }" + " ".join(fragments) + f" fragment F{levels} on Film {{ id }}"
    budget = Budget(most=20)
    assert (
        normalized(supergraph, text, budget).fingerprint
        == normalized(supergraph, "{ film { id } }").fingerprint
    )


def test_a_bomb_of_fragments_is_refused(supergraph: Supergraph) -> None:
    levels = 24
    given = ", ".join(f"$v{n}: Boolean!" for n in range(levels))
    fragments = [
        f"fragment F{n} on Film {{ ...F{n + 1} ...F{n + 1} @include(if: $v{n}) id }}"
        for n in range(levels)
    ]
    text = f"query ({given}) {{ film {{ ...F0 }} }}" + " ".join(fragments)
    text += f" fragment F{levels} on Film {{ id }}"
    with pytest.raises(OperationTooLargeError, match="more than 200000 parts"):
        normalized(supergraph, text)


def test_a_bomb_of_nested_fields_is_refused(supergraph: Supergraph) -> None:
    levels = 24
    fragments = [
        f"fragment F{n} on Node {{ a: self {{ ...F{n + 1} }} b: self {{ ...F{n + 1} }} }}"
        for n in range(levels)
    ]
    text = "{ node { ...F0 } }" + " ".join(fragments) + f" fragment F{levels} on Node {{ id }}"
    with pytest.raises(OperationTooLargeError, match="split the operation"):
        normalized(supergraph, text)


def test_the_operation_must_be_there(supergraph: Supergraph) -> None:
    document = parse("query A { film { id } } query B { film { id } }")
    with pytest.raises(ValueError, match="Name the operation"):
        normalize_operation(supergraph, document)
    with pytest.raises(ValueError, match="no operation named 'C'"):
        normalize_operation(supergraph, document, "C")
    assert normalize_operation(supergraph, document, "B").name == "B"
