"""Answers for any schema: each value follows from the object it belongs to, its field and its arguments.

So all subgraphs of a graph agree, and graphql-core on the API schema tells what is right. Entities
have the key `id`; a representation is enough to know one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_ast_schema,
    execute,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from tests.router.oracle.facts import read_facts
from tests.router.oracle.servers import RULES

Info = GraphQLResolveInfo[Any]
ENTITIES = 5


@dataclass(frozen=True)
class Seen:
    """An object: its type, and what its values follow from."""

    type_name: str
    identity: str


def number(seed: str) -> int:
    """Return a number that follows from a text."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=6).digest())


class Mirror:
    """Resolves the fields of the API schema and of each subgraph's schema alike."""

    def __init__(self, api_schema: GraphQLSchema, subgraphs: Iterable[GraphQLSchema]) -> None:
        self.schema = api_schema
        self._subgraphs = list(subgraphs)
        self._entities = {
            name
            for name, one in api_schema.type_map.items()
            if isinstance(one, GraphQLObjectType) and "id" in one.fields
        }

    def attach(self, schema: GraphQLSchema) -> None:
        """Give each field of a schema its resolver."""
        for one in schema.type_map.values():
            if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
                for name, definition in one.fields.items():
                    definition.resolve = self._resolver(one.name, name)

    def _resolver(self, type_name: str, name: str) -> Callable[..., Any]:
        if name == "_entities":
            return lambda _, info, representations: [
                Seen(one["__typename"], f"{one['__typename']}:{one['id']}")
                for one in representations
            ]
        known = self.schema.type_map[type_name]
        assert isinstance(known, GraphQLObjectType)
        if name not in known.fields:  # what only this subgraph's schema has, and no router asks for
            return lambda *_, **arguments: None
        expected = known.fields[name].type

        def resolve(source: Seen, _: Info, **arguments: Any) -> Any:
            if name == "id":
                return source.identity.rpartition(":")[2]
            seed = f"{source.identity}.{name}{json.dumps(arguments, sort_keys=True)}"
            return self._value(expected, seed, self._may_be_null(type_name, name))

        return resolve

    def _may_be_null(self, type_name: str, name: str) -> bool:
        """Tell whether every schema that has a field lets it be null."""
        found = [one.type_map.get(type_name) for one in (self.schema, *self._subgraphs)]
        return not any(
            isinstance(one, GraphQLObjectType)
            and name in one.fields
            and is_non_null_type(one.fields[name].type)
            for one in found
        )

    def _value(self, expected: Any, seed: str, nullable: bool = False) -> Any:
        if is_non_null_type(expected):
            return self._value(expected.of_type, seed)
        if nullable and number(f"{seed}?") % 8 == 0:
            return None
        if is_list_type(expected):
            length = number(f"{seed}#") % 3
            return [self._value(expected.of_type, f"{seed}[{index}]") for index in range(length)]
        return self._leaf(get_named_type(expected), seed)

    def _leaf(self, named: Any, seed: str) -> Any:
        chosen = number(seed)
        if is_abstract_type(named):
            members = sorted(one.name for one in self.schema.get_possible_types(named))
            return self._object(members[chosen % len(members)], seed)
        if isinstance(named, GraphQLObjectType):
            return self._object(named.name, seed)
        if isinstance(named, GraphQLEnumType):
            return sorted(named.values)[chosen % len(named.values)]
        match named.name:
            case "Int":
                return chosen % 100
            case "Float":
                return chosen % 100 / 4
            case "Boolean":
                return chosen % 2 == 0
        return f"{named.name}-{chosen % 1000}"

    def _object(self, name: str, seed: str) -> Seen:
        if name in self._entities:
            return Seen(name, f"{name}:{number(seed) % ENTITIES}")
        return Seen(name, f"{name}<{seed}>")


def run(
    schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]
) -> ExecutionResult:
    """Execute an operation on a schema with resolvers of a mirror."""
    kind = next(
        "Mutation"
        if getattr(one, "operation", None) and one.operation.value == "mutation"
        else "Query"  # type: ignore[attr-defined]
        for one in document.definitions
    )
    result = execute(
        schema,
        document,
        root_value=Seen(kind, kind),
        variable_values=variables,
        type_resolver=lambda value, info, _: value.type_name,
    )
    assert isinstance(result, ExecutionResult)
    return result


def subgraph_schema(sdl: str) -> GraphQLSchema:
    """Return a subgraph's executable schema, with `_entities` where it has entities."""
    facts, document = read_facts(sdl)
    entities = [name for name, keys in facts.keys.items() if any(ok for _, ok in keys)]
    extra = ""
    if entities:
        extra += f"scalar _Any union _Entity = {' | '.join(sorted(entities))} "
        extra += "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
    names = {one.name.value for one in document.definitions if hasattr(one, "name") and one.name}
    if "Query" not in names:
        extra += " type Query { _nothing: Int }"
    nodes = (*document.definitions, *(parse(extra).definitions if extra else ()))
    return build_ast_schema(DocumentNode(definitions=nodes), assume_valid_sdl=True)


def answer_of(schema: GraphQLSchema) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """Return a subgraph server: refuses what is not valid."""

    def answer(query: str, variables: dict[str, Any]) -> dict[str, Any]:
        document = parse(query)
        problems = validate(schema, document, RULES)
        if problems:
            raise AssertionError(f"was sent {query}: {problems}")
        return dict(run(schema, document, variables).formatted)

    return answer
