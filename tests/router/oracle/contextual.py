"""Serve fields that take from contexts: they show the values that they were given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    parse,
)

from reelgraph_federation.field_sets import FieldSet, parse_field_set
from tests.router.oracle.data import Data, Json
from tests.router.oracle.servers import SubgraphServer, UnsplitServer, View
from tests.router.oracle.store import Store, compute, project_representation

Coordinate = tuple[str, str]


@dataclass
class ContextFacts:
    """What the SDL of one subgraph says about contexts."""

    setters: dict[str, set[str]] = field(default_factory=dict)
    """Context → object types."""
    taking: dict[Coordinate, dict[str, tuple[str, FieldSet]]] = field(default_factory=dict)
    """Field → argument → context and selection."""


def read_contexts(sdl: str) -> ContextFacts:
    """Read `@context` and `@fromContext`."""
    facts = ContextFacts()
    members: dict[str, set[str]] = {}
    marked: list[tuple[str, str]] = []
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, UnionTypeDefinitionNode):
            members[node.name.value] = {one.name.value for one in node.types or ()}
        elif isinstance(
            node,
            (ObjectTypeDefinitionNode, ObjectTypeExtensionNode, InterfaceTypeDefinitionNode),
        ):
            for base in getattr(node, "interfaces", None) or ():
                members.setdefault(base.name.value, set()).add(node.name.value)
            _read_fields(node.name.value, node.fields or (), facts)
        else:
            continue
        for directive in node.directives or ():
            if directive.name.value == "context":
                marked.append((node.name.value, _text(directive.arguments or ())))
    for type_name, context in marked:
        facts.setters.setdefault(context, set()).update(members.get(type_name, {type_name}))
    return facts


def _read_fields(type_name: str, fields: Iterable[Any], facts: ContextFacts) -> None:
    for one in fields:
        for argument in one.arguments or ():
            for directive in argument.directives or ():
                if directive.name.value == "fromContext":
                    context, _, selection = _text(directive.arguments or ())[1:].partition(" ")
                    taken = facts.taking.setdefault((type_name, one.name.value), {})
                    taken[argument.name.value] = context, parse_field_set(selection)


def _text(arguments: Iterable[Any]) -> str:
    (argument,) = arguments
    assert isinstance(argument.value, StringValueNode)
    return argument.value.value


def serve_contexts(
    subgraphs: Mapping[str, str],
    store: Store,
    unsplit: UnsplitServer,
    servers: Mapping[str, SubgraphServer],
) -> None:
    """Give the fields that take from contexts their resolvers, where there are any."""
    for name, sdl in subgraphs.items():
        facts = read_contexts(sdl) if "@fromContext" in sdl else ContextFacts()
        if not facts.taking:
            continue
        _remember_parents(unsplit.schema)
        for (type_name, field_name), taken in facts.taking.items():
            definition = _object(unsplit.schema, type_name).fields[field_name]
            definition.resolve = _unsplit_resolver(store, facts, type_name, field_name, taken)
            definition = _object(servers[name].schema, type_name).fields[field_name]
            definition.resolve = _subgraph_resolver(servers[name], type_name, field_name)


def _object(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    found = schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def _remember_parents(schema: GraphQLSchema) -> None:
    """Let each object of the unsplit schema know the object that led to it."""
    for one in schema.type_map.values():
        if isinstance(one, GraphQLObjectType) and not one.name.startswith("__"):
            for definition in one.fields.values():
                definition.resolve = _remembering(definition.resolve)


def _remembering(original: Any) -> Any:
    def resolve(source: View, info: Any, **arguments: Json) -> Json:
        value = original(source, info, **arguments)
        _set_parent(value, source)
        return value

    return resolve


def _set_parent(value: Json, parent: View) -> None:
    if isinstance(value, list):
        for item in value:
            _set_parent(item, parent)
    elif isinstance(value, View):
        value.parent = parent


def _unsplit_resolver(
    store: Store,
    facts: ContextFacts,
    type_name: str,
    name: str,
    taken: Mapping[str, tuple[str, FieldSet]],
) -> Any:
    def resolve(source: View, _: Any, **arguments: Json) -> Json:
        values = {
            argument: _taken(store, source, facts.setters[context], selection)
            for argument, (context, selection) in taken.items()
        }
        requires = store.requires.get((type_name, name), ())
        inputs = store.project(source.record, requires)
        return _show(name, source.record, inputs, {**arguments, **values})

    return resolve


def _taken(store: Store, source: View, setters: set[str], selection: FieldSet) -> Json:
    """Return what is selected of the nearest object above that sets the context."""
    at = source.parent
    while at is not None and at.record["$type"] not in setters:
        at = at.parent
    assert at is not None, "a context that nothing sets should not compose"
    found = store.project(at.record, selection)
    return _only(found, selection, at.record["$type"])


def _only(value: Json, selection: FieldSet, type_name: str) -> Json:
    """Return the one value that a projection holds."""
    if isinstance(value, list):
        return [_only(item, selection, type_name) for item in value]
    if not isinstance(value, dict):
        return value
    for one in selection:
        if not one.name and one.on == type_name:
            return _only(value, one.children, type_name)
        if one.name:
            below = value[one.name]
            return _only(below, one.children, "") if one.children else below
    raise AssertionError(f"nothing of {selection} fits {type_name}")


def _subgraph_resolver(server: SubgraphServer, type_name: str, name: str) -> Any:
    requires = server.facts.fields[type_name, name].requires

    def resolve(source: View, _: Any, **arguments: Json) -> Json:
        inputs: Data = {}
        if requires:
            assert source.representation is not None, f"{type_name}.{name} not entered by its key"
            inputs = project_representation(source.representation, requires)
        return _show(name, source.record, inputs, arguments)

    return resolve


def _show(name: str, record: Data, inputs: Data, arguments: Data) -> str:
    return compute(name, {"id": record["id"], "inputs": inputs, "arguments": arguments})
