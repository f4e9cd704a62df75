"""What composition proves, the planner can plan; what it refuses, the planner cannot plan in whole.

Generated sets of three subgraphs: an interface with two implementations, known in part, by a root field
that is shared or not, with external keys, a value type of which each subgraph has some fields, and fields
that lead from type to type. Every field that a query reaches, three levels deep, is planned by itself.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
)

from reelgraph_federation import CompositionResult, Subgraph, compose
from reelgraph_federation.composition import compose as composing
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import PlanningError, plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable", "@external"])\n'
)
DEPTH = 3


def make_set(dice: random.Random) -> dict[str, str]:
    return {name: sdl for name in "abc" if (sdl := make_subgraph(dice, name))}


def make_subgraph(dice: random.Random, name: str) -> str:
    types = [one for one in "XY" if dice.random() < 0.8]
    if not types:
        return ""
    has_interface = dice.random() < 0.7
    roots = []
    if has_interface:
        roots.append("node: Node @shareable" if dice.random() < 0.6 else f"node_{name}: Node")
    if dice.random() < 0.4:
        roots.append(f"x_{name}: {dice.choice(types)}")
    sdl = f"type Query {{ {' '.join(roots)} }}\n" if roots else ""
    fields = {}
    for one in types:
        is_key = dice.random() < 0.7
        fields[one] = {
            "id": f"id: ID! @{'external' if is_key and dice.random() < 0.3 else 'shareable'}"
        }
        if dice.random() < 0.5:
            fields[one]["v"] = "v: V @shareable"
        if dice.random() < 0.3:
            fields[one]["own"] = f"own_{name}: Int"
        if dice.random() < 0.3:
            fields[one]["next"] = f"next_{name}: {dice.choice(types)}"
        head = f"type {one}{' implements Node' if has_interface else ''}"
        key = ' @key(fields: "id")' if is_key else ""
        sdl += f"{head}{key} {{ {' '.join(fields[one].values())} }}\n"
    if has_interface:
        common = all("v" in one for one in fields.values()) and dice.random() < 0.8
        sdl += f"interface Node {{ id: ID!{' v: V' if common else ''} }}\n"
    if any("v" in one for one in fields.values()):
        parts = [one for one in "pqs" if dice.random() < 0.6] or ["p"]
        sdl += f"type V @shareable {{ {' '.join(f'{one}: Int' for one in parts)} }}\n"
    return LINK + sdl


def composed(subgraphs: dict[str, str]) -> CompositionResult:
    return compose(Subgraph(name, f"http://{name}", sdl) for name, sdl in subgraphs.items())


def leaves(schema: GraphQLSchema, one: GraphQLNamedType, depth: int) -> Iterator[str]:
    """A selection of each field, with what leads to it."""
    for name, field in getattr(one, "fields", {}).items():
        below = get_named_type(field.type)
        if not is_composite_type(below):
            yield name
        elif depth:
            yield from (f"{name} {{ {text} }}" for text in leaves(schema, below, depth - 1))
    if is_abstract_type(one):
        for member in schema.get_possible_types(one):
            yield from (f"... on {member} {{ {text} }}" for text in leaves(schema, member, depth))


def refused(supergraph: Supergraph) -> list[str]:
    """The queries that the planner refuses."""
    schema = supergraph.api_schema
    assert schema.query_type is not None
    found = []
    for text in leaves(schema, schema.query_type, DEPTH):
        try:
            plan_operation(supergraph, normalize_operation(supergraph, parse(f"{{ {text} }}")))
        except PlanningError:
            found.append(text)
    return found


def test_composition_and_planner_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    for seed in range(150):
        subgraphs = make_set(random.Random(seed))
        result = composed(subgraphs)
        if result.supergraph_sdl is not None:
            counts["composed"] += 1
            assert refused(parse_supergraph(result.supergraph_sdl)) == [], subgraphs
        elif {one.code for one in result.errors} == {"SATISFIABILITY_ERROR"}:
            with monkeypatch.context() as patch:
                patch.setattr(composing, "check_satisfiability", lambda *_: None)
                unproved = composed(subgraphs).supergraph_sdl
            assert unproved is not None
            counts["refused"] += 1
            if not refused(parse_supergraph(unproved)):
                # Members that only some subgraphs know on a shared path: composition, as its peers, asks of
                # each subgraph that what it returns can be answered; the planner selects nothing of them
                # (decision 10).
                assert all(" ... on " in one.message for one in result.errors), subgraphs
    assert counts["composed"] > 10
    assert counts["refused"] > 80
