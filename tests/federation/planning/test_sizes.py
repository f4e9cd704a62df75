"""How large what is made of an operation grows with the types of a schema: counted, never timed.

Fragments on interfaces, nested in each other, are the ones that can multiply: n types at each of d
levels make n to the power of d where each is opened on its own.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import NamedTuple

import pytest
from graphql import parse, validate

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.budget import Budget
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import format_plan, plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable"])\n'
)
LEVELS = 5


def supergraph(size: int, key: str = "", further: str = "") -> Supergraph:
    """An interface in another, a union of all; A-types are `Deep`, B-types are not."""
    own = "type Query { node: Node any: Any }\ninterface Node { id: ID! next: Node any: Any }\n"
    own += "interface Deep implements Node { id: ID! next: Node any: Any box: Box own: Int }\n"
    own += "type Box { node: Node any: Any it: It }\n"
    own += 'type It @key(fields: "id") { id: ID! name: String }\n'
    other = 'type It @key(fields: "id") { id: ID! weight: Int }\n'
    for one in range(size):
        own += (
            f"type A{one} implements Node & Deep {key}"
            " { id: ID! next: Node any: Any box: Box own: Int }\n"
            f"type B{one} implements Node {key} {{ id: ID! next: Node any: Any lid: Box }}\n"
        )
        if further:
            other += f"type A{one} {key} {{ id: ID! {further} }}\n"
    own += f"union Any = {' | '.join(f'A{one} | B{one}' for one in range(size))}\n"
    made = compose([Subgraph("s", "http://s", LINK + own), Subgraph("t", "http://t", LINK + other)])
    assert made.supergraph_sdl is not None, made.errors[:3]
    return parse_supergraph(made.supergraph_sdl)


def nested(body: str, inner: str = "... on Deep { box { it { weight } } }") -> str:
    for _ in range(LEVELS):
        inner = body.replace("…", inner)
    return inner


KEY = '@key(fields: "id")'
DEEP = "{ node { " + nested("... on Deep { box { node { … } } }") + " } }"
SHAPES: dict[str, tuple[str, str, str]] = {
    "types without keys": ("", "", DEEP),
    "entities": (KEY, "", DEEP),
    "entities that another subgraph knows as well": (KEY, "far: Int", DEEP),
    "a union": ("", "", "{ any { " + nested("... on Deep { box { any { … } } }") + " } }"),
    "fragments in a list of types": (
        "", "", "{ any { " + nested("... on Node { next { ... on Deep { any { … } } } }") + " } }",
    ),
    "no interface that means the types": (
        "", "", "{ any { " + nested("... on Deep { box { node { … } } } ... on B0 { lid { node { id } } }") + " } }",
    ),
    "conditions": (
        "", "",
        "query ($a: Boolean!) { node { " + nested("... on Deep @include(if: $a) { box { node { id … } } }") + " } }",
    ),
    "types that are asked elsewhere": (
        KEY, "far: Int", "{ node { " + nested("... on Deep { box { node { … } } }", "... on A0 { far }") + " } }",
    ),
}  # fmt: skip


class Size(NamedTuple):
    """What was made: parts counted, characters sent and shown, values in the plan."""

    parts: int
    sent: int
    shown: int
    values: int


def measured(graph: Supergraph, text: str) -> Size:
    document = parse(text, no_location=True)
    assert validate(graph.api_schema, document) == []
    budget = Budget()
    plan = plan_operation(graph, normalize_operation(graph, document, budget=budget), budget=budget)
    for fetch in plan.fetches:
        parse(fetch.operation)
    sent = sum(len(fetch.operation) for fetch in plan.fetches)
    return Size(budget.spent, sent, len(format_plan(plan)), count_values(plan, set()))


def count_values(value: object, seen: set[int]) -> int:
    """Count the values that something is made of, each once."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, tuple):
        return 1 + sum(count_values(one, seen) for one in value)
    if is_dataclass(value):
        return 1 + sum(count_values(getattr(value, one.name), seen) for one in fields(value))
    return 1


@pytest.mark.parametrize("name", SHAPES)
def test_sizes_grow_with_the_number_of_types_at_most(name: str) -> None:
    key, further, text = SHAPES[name]
    small, middle, large = (measured(supergraph(one, key, further), text) for one in (4, 8, 16))
    assert small
    for first, second, third in zip(small, middle, large, strict=True):
        # What is added from 8 to 16 is at most what two times 4 to 8 add: a straight line.
        assert third - second <= 2.1 * (second - first) + 20


@pytest.mark.parametrize("size", [1, 5, 10, 14, 20, 50])
@pytest.mark.parametrize("name", ["types without keys", "entities", "a union"])
def test_a_plan_stays_as_it_is_for_any_number_of_types(name: str, size: int) -> None:
    key, further, text = SHAPES[name]
    found = measured(supergraph(size, key, further), text)
    assert found.sent < 400
    assert found.shown < 2_500
