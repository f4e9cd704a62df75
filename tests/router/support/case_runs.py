"""Run case files: their subgraphs composed, with data, and what was asked of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
import yaml
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from null_reasons import HearingTransport
from router_cases import subgraph_sdl
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.execution.compile import compile_plan
from reelgraph_router.execution.program import Program
from reelgraph_router.pipeline.check_conditions import checking_conditions
from reelgraph_router.pipeline.coerce_variables import prepare_coercion
from reelgraph_router.transport.memory import GraphQLRequest, Handler, MemoryTransport


@cache
def load(path: Path):
    """A case file and the supergraph of its subgraphs; not to be changed."""
    case = yaml.safe_load(path.read_text())
    result = compose(
        [
            Subgraph(name, f"http://{name}/", subgraph_sdl(s["sdl"]))
            for name, s in case["subgraphs"].items()
        ]
    )
    assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
    return case, result.supergraph_sdl


@cache
def read(sdl: str) -> Supergraph:
    """A supergraph, read once."""
    return parse_supergraph(sdl)


def compile_operation(sdl: str, operation) -> tuple[Program, dict[str, object], GraphQLSchema]:
    """The program of a case's operation, its coerced variables, and the API schema.

    Raises RequestError where variables do not fit.
    """
    supergraph = read(sdl)
    document = parse(operation["query"])
    (definition,) = [
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    ]
    schema = supergraph.api_schema
    coerce = prepare_coercion(schema, definition, hints=True)
    coerce = checking_conditions(document, definition, coerce)
    plan = plan_operation(supergraph, normalize_operation(supergraph, document))
    return compile_plan(plan, lambda _: 5.0), dict(coerce(operation.get("variables"))), schema


def handlers(case) -> dict[str, Handler]:
    """What answers for each subgraph of a case."""

    def handler(spec) -> Handler:
        subgraph = SimulatedSubgraph(spec["sdl"], spec.get("data", {}))
        return lambda request: subgraph.execute(request.query, request.variables)

    return {name: handler(spec) for name, spec in case["subgraphs"].items()}


def make_transport(case) -> HearingTransport:
    """The subgraphs of a case."""
    return HearingTransport(handlers(case))


def operations_in(paths: Iterable[Path]):
    """Every operation of every file, as a parameter."""
    for path in paths:
        for number, operation in enumerate(yaml.safe_load(path.read_text())["operations"]):
            yield pytest.param(path, number, id=f"{path.stem}-{operation.get('name', number)}")


def calls_of(transport: MemoryTransport) -> dict[str, int]:
    """How often each subgraph was called; those never called are left out."""
    return {name: len(made) for name, made in transport.calls.items() if made}


def describe_calls(calls: dict[str, list[GraphQLRequest]]) -> str:
    """What each subgraph was sent, for failures."""
    lines = [f"{name}: {one.query} {one.variables}" for name, made in calls.items() for one in made]
    return "\n".join(lines)


def caller(given: dict | None) -> Identity:
    """`caller` of a case: absent for nobody, else `scopes`."""
    if given is None:
        return ANONYMOUS
    return Identity(kind="member", subject="m1", scopes=frozenset(given.get("scopes", ())))
