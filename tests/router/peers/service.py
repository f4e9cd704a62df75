"""The streaming service's own subgraphs as a world, with operations of every kind on their graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from reelgraph_federation import Subgraph, compose
from tests.router.oracle.arguments import ArgumentMaker
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.peers.mirror import Mirror, answer_of, run, subgraph_schema
from tests.router.peers.worlds import Operation, World, places

FOLDER = Path(__file__).parents[3] / "subgraphs"


def service_world(seed: int, operations: int) -> World:
    """Make the world of the service's subgraphs."""
    sdl = {one.parent.name: one.read_text() for one in sorted(FOLDER.glob("*/schema.graphql"))}
    found = compose([Subgraph(name, f"http://{name}", text) for name, text in sdl.items()])
    assert found.supergraph is not None, found.errors
    schemas = {name: subgraph_schema(text) for name, text in sdl.items()}
    mirror = Mirror(_without_defer(found.supergraph.api_schema), schemas.values())
    for schema in (mirror.schema, *schemas.values()):
        mirror.attach(schema)
    dice = Dice(SeededSource(seed))
    facts = SchemaFacts(mirror.schema)
    known: list[Operation] = []
    while len(known) < operations:
        made = OperationMaker(
            facts, dice, with_subscriptions=False, make_arguments=AnyArguments
        ).make()  # peers are asked by POST
        document = parse(made.text)
        if validate(mirror.schema, document):
            continue
        result = run(mirror.schema, document, made.variables)
        errors = [one.formatted for one in result.errors or ()]
        known.append(Operation(made.text, made.variables, result.data, places(result.data, errors)))
    servers = {name: answer_of(schema) for name, schema in schemas.items()}
    return World("service", sdl, servers, known)


def _without_defer(schema: GraphQLSchema) -> GraphQLSchema:
    """Return a schema that graphql-core executes without its experimental parts."""
    kept = [one for one in schema.directives if one.name != "defer"]
    return GraphQLSchema(**{**schema.to_kwargs(), "directives": kept})


class AnyArguments(ArgumentMaker):
    """Makes arguments for any schema: they follow from their types."""

    def make(self, field: GraphQLField) -> str:
        given = [
            f"{key}: {self._given(argument.type)}"
            for key, argument in field.args.items()
            if is_non_null_type(argument.type) or self.dice.chance(50)
        ]
        return f"({', '.join(given)})" if given else ""

    def _given(self, expected: Any) -> str:
        """Return a literal, or a variable that has its value."""
        if not self.dice.chance(30):
            return self._literal(self._input(expected))
        variable = f"v{len(self._variables)}"
        self._variables[variable] = (str(expected), _plain(self._input(expected)))
        return f"${variable}"

    def _input(self, expected: Any) -> Any:
        if is_non_null_type(expected):
            return self._input(expected.of_type)
        if is_list_type(expected):
            return [self._input(expected.of_type)] * self.dice.upto(2)
        if isinstance(expected, GraphQLEnumType):
            return _Enum(self.dice.one_of(list(expected.values)))
        if isinstance(expected, GraphQLInputObjectType):
            return {
                name: self._input(value.type)
                for name, value in expected.fields.items()
                if is_non_null_type(value.type) or self.dice.chance(40)
            }
        match expected.name:
            case "Int" | "Float":
                return self.dice.upto(9)
            case "Boolean":
                return self.dice.chance(50)
        return f"{expected.name}-{self.dice.upto(3)}"

    def _literal(self, value: Any) -> str:
        if isinstance(value, _Enum):
            return str(value)
        if isinstance(value, list):
            return f"[{', '.join(map(self._literal, value))}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{key}: {self._literal(one)}' for key, one in value.items())}}}"
        return json.dumps(value)


class _Enum(str):
    """An enum's value, which a literal writes without quotes."""

    __slots__ = ()


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
