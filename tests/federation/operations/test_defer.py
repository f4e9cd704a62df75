"""Normalised operations with `@defer`: which fragment delivers what."""

from __future__ import annotations

import pytest
from graphql import parse

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.operations.defer_usages import find_defer_variables
from reelgraph_federation.operations.tree import SelectedField, Selections
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

SDL = """
type Query { me: User any: Any }
type User { id: ID name: String me: User }
type Group { id: ID }
union Any = User | Group
"""


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    result = compose([Subgraph("a", "http://a", SDL)])
    assert result.supergraph_sdl is not None, result.errors
    return parse_supergraph(result.supergraph_sdl)


def show(selections: Selections) -> str:
    """Print selections, each field with the numbers of the fragments that deliver it."""
    parts = [_show(one) for one in selections.fields.values()]
    for case, fields in selections.cases.items():
        parts += [f"{case}.{_show(one)}" for one in fields.values()]
    return " ".join(parts)


def _show(one: SelectedField) -> str:
    text = one.response_name + "".join(f"@{number}" for number in one.defer)
    return text if one.children is None else f"{text} {{ {show(one.children)} }}"


OPERATIONS = {
    "one": ("{ me { id ... @defer { name } } }", "me { id name@0 }"),
    "outside as well": ("{ me { id ... @defer { id name } } }", "me { id name@0 }"),
    "later outside as well": ("{ me { ... @defer { id name } id } }", "me { id name@0 }"),
    "siblings": (
        "{ me { ... @defer { id name } ... @defer { name me { id } } } }",
        "me { id@0 name@0@1 me@1 { id@1 } }",
    ),
    "a shared object": (
        "{ me { ... @defer { me { id } } ... @defer { me { name } } } }",
        "me { me@0@1 { id@0 name@1 } }",
    ),
    "an object from outside": (
        "{ me { id } ... @defer { me { id name } } }", "me { id name@0 }",
    ),
    "nested": (
        "{ ... @defer { me { id ... @defer { id name } } } }", "me@0 { id@0 name@1 }",
    ),
    "the inner one of nested ones does not count": (
        "{ me { ... @defer { id ... @defer { id name } } } }", "me { id@0 name@1 }",
    ),
    "spread twice": (
        "{ me { ...F @defer me { ...F @defer } } } fragment F on User { name }",
        "me { name@0 me { name@1 } }",
    ),
    "by type": (
        "{ any { ... on User @defer { id } ... on Group { id } } }", "any { User.id@0 Group.id }",
    ),
    "if false": ("{ me { id ... @defer(if: false) { name } } }", "me { id name }"),
    "a variable that holds": (
        "query ($y: Boolean!) { me { id ... @defer(if: $y) { name } } }", "me { id name@0 }",
    ),
    "a variable that does not": (
        "query ($n: Boolean!) { me { id ... @defer(if: $n) { name } } }", "me { id name }",
    ),
    "left out outside": (
        "query ($y: Boolean!) { me { id name @skip(if: $y) ... @defer { name } } }",
        "me { id name@0 }",
    ),
    "not left out outside": (
        "query ($y: Boolean!) { me { id name @include(if: $y) ... @defer { name } } }",
        "me { id name }",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_defer(supergraph: Supergraph, name: str) -> None:
    text, expected = OPERATIONS[name]
    document = parse(text)
    known = find_defer_variables(document) or frozenset()
    found = normalize_operation(supergraph, document, deferring=frozenset("y"), known=known)
    assert show(found.selections) == expected
    whole = normalize_operation(supergraph, document)
    assert "@" not in show(whole.selections)
    assert whole.defers == ()
    if found.defers:
        assert whole.fingerprint != found.fingerprint


def test_variables_that_decide() -> None:
    assert find_defer_variables(parse("query ($a: Boolean!) { me @skip(if: $a) { id } }")) is None
    assert find_defer_variables(parse("{ ... @defer(if: false) { me { id } } }")) is None
    text = "query ($a: Boolean!, $b: Boolean!) { me @skip(if: $a) { ... @defer(if: $b) { id } } }"
    assert find_defer_variables(parse(text)) == {"a", "b"}
