"""What peer routers are tried on: subgraphs that can be served, and operations whose answer is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from tests.router.oracle.check import Bench, InvalidWorld
from tests.router.oracle.data import DataMaker, NoMemberError
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_parts, print_world
from tests.router.oracle.split import make_world
from tests.router.support.router_cases import CASES, subgraph_sdl
from tests.router.support.simulated_subgraph import SimulatedSubgraph

Json = dict[str, Any]
Answer = Callable[[str, Json], Json]


@dataclass(frozen=True)
class Operation:
    """A request, and its right answer: the data, and the places of the nulls that errors left."""

    text: str
    variables: Json
    data: Any
    nulls: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """Subgraphs with their servers, and operations on them."""

    name: str
    subgraphs: dict[str, str]
    """Name → SDL."""
    servers: dict[str, Answer]
    operations: list[Operation]


def case_worlds() -> Iterator[World]:
    """Make a world of each file of cases of the router."""
    for path in CASES:
        yield case_world(path)


def case_world(path: Path) -> World:
    case = yaml.safe_load(path.read_text())
    servers: dict[str, Answer] = {
        name: SimulatedSubgraph(spec["sdl"], spec.get("data", {})).execute
        for name, spec in case["subgraphs"].items()
    }
    operations = [
        Operation(
            one["query"],
            one.get("variables") or {},
            one["answer"].get("data"),
            places(one["answer"].get("data"), one["answer"].get("errors")),
        )
        for one in case["operations"]
        if "data" in one["answer"]
    ]
    subgraphs = {name: subgraph_sdl(spec["sdl"]) for name, spec in case["subgraphs"].items()}
    return World(f"case-{path.stem}", subgraphs, servers, operations)


def generated_world(seed: int, operations: int, errors: int = 0) -> World | None:
    """Make a world as the oracle does; None where it does not compose, or depends on a label.

    So many percent of the values fail. Labels of progressive overrides are set for each router in its own way, so such worlds are left out.
    """
    dice = Dice(SeededSource(seed))
    world = make_world(dice)
    subgraphs = print_parts(world)
    if any("label:" in sdl for sdl in subgraphs.values()):
        return None
    try:
        data = DataMaker(world, dice, 15, errors).make()
        bench = Bench(print_world(world), subgraphs, data, [])
    except (InvalidWorld, NoMemberError):
        return None
    bench.store.counts = False  # Each router would count on from the last one's mutations.
    facts = SchemaFacts(bench.unsplit.schema)
    made = [OperationMaker(facts, dice, with_introspection=False).make() for _ in range(operations)]
    known = [_known(bench, one.text, one.variables) for one in made]
    servers: dict[str, Answer] = {
        name: partial(one.answer, validated=True) for name, one in bench.servers.items()
    }
    return World(f"seed-{seed}", subgraphs, servers, [one for one in known if one is not None])


def _known(bench: Bench, text: str, variables: Json) -> Operation | None:
    """Return an operation with the answer of the unsplit schema; None where it is not valid."""
    document = parse(text)
    schema = bench.supergraph.api_schema
    if validate(schema, document):
        return None
    operation = next(
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    )
    if isinstance(
        get_variable_values(schema, operation.variable_definitions or (), variables), list
    ):
        return None
    result = bench.unsplit.answer(document, variables, operation.operation.value.capitalize())
    errors = [one.formatted for one in result.errors or ()]
    return Operation(text, variables, result.data, places(result.data, errors))


def places(data: Any, errors: Any) -> tuple[str, ...]:
    """Return where errors left a null, each place once; an error without a path is at the root."""
    return tuple(sorted({_null_at(data, list(one.get("path") or [])) for one in errors or ()}))


def _null_at(data: Any, path: list[Any]) -> str:
    at = data
    for index, key in enumerate(path):
        if at is None:
            return json.dumps(path[:index])
        try:
            at = at[key]
        except (KeyError, IndexError, TypeError):
            return f"nowhere: {json.dumps(path)}"
    return json.dumps(path)
