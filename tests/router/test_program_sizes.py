"""What is made of a plan with many types, nested: what types have in common is looked at once.

Each of these would take more than a lifetime if types multiplied on the way down: 28 to the power of 10.
Plans stand in no assertion: pytest would print their shapes, type by type.
"""

from __future__ import annotations

import pytest
from graphql import parse, validate

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.budget import Budget
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import plan_operation
from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.interpreter.client_names import client_names

LEVELS = 10
KINDS = 14


@pytest.fixture(scope="module")
def supergraph():
    sdl = "type Query { node: Node }\ninterface Node { id: ID! next: Node }\n"
    sdl += (
        "interface Deep implements Node { id: ID! next: Node box: Box }\ntype Box { node: Node }\n"
    )
    for one in range(KINDS):
        sdl += f"type A{one} implements Node & Deep {{ id: ID! next: Node box: Box }}\n"
        sdl += f"type B{one} implements Node {{ id: ID! next: Node }}\n"
    made = compose([Subgraph("s", "http://s", sdl)])
    return parse_supergraph(made.supergraph_sdl)


def nested(body: str, head: str = "") -> str:
    inner = "id"
    for _ in range(LEVELS):
        inner = body.replace("…", inner)
    return f"{head}{{ node {{ {inner} }} }}"


def planned(supergraph, text: str):
    document = parse(text)
    assert validate(supergraph.api_schema, document) == []
    return plan_operation(supergraph, normalize_operation(supergraph, document))


def compiled(supergraph, text: str):
    budget = Budget(20_000)
    return compile_plan(planned(supergraph, text), lambda name: 5.0, budget)


DEEP = "... on Deep { box { node { … } } }"


def test_code_is_made_once_for_types_alike(supergraph):
    program = compiled(supergraph, nested(DEEP))
    sizes = len(program.source), len(program.fast_path.source)
    assert max(sizes) < 60_000


def test_conditions_are_settled_once_for_types_alike(supergraph):
    head = "query ($a: Boolean!) "
    program = compiled(
        supergraph, nested("... on Deep @include(if: $a) { box { node { … } } }", head)
    )
    for truth in (True, False):
        path = program.fast_paths.compile((truth,) * len(program.conditions))
        size = len(path.source)
        assert size < 60_000


def test_types_that_differ_far_below_are_compared_once(supergraph):
    # Ten levels of two branches: the plan has as many, and comparing them takes no longer.
    program = compile_plan(
        planned(
            supergraph, nested(DEEP.replace("}", "}", 1) + " ... on A0 { box { __typename } }")
        ),
        lambda name: 5.0,
    )
    reason = program.no_fast_path
    assert reason == "types that show their fields differently"


def test_paths_of_errors_are_told_by_types_alike_once(supergraph):
    program = compiled(supergraph, nested(DEEP.replace("box {", "b: box {")))
    path = ("node", *("b", "node") * LEVELS)
    told = client_names((*path, "id"), program.shape)
    assert told == (*path, "id")
