"""Which elements of the API schema an operation uses, as schema coordinates.

Coordinates: https://spec.graphql.org/draft/#sec-Schema-Coordinates: fields `Type.field`, arguments
`Type.field(argument:)`, input fields `Input.field`, enum values `Enum.VALUE`, types `Type`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

Walk = Callable[[object, set[str]], None]
"""Adds the coordinates that a value uses."""


@dataclass(frozen=True, slots=True, eq=False)
class OperationUse:
    """What an operation uses whatever its variables are, and which variables may use more."""

    coordinates: frozenset[str]
    inputs: tuple[tuple[str, Walk], ...]
    """Variables with enum values or input fields in them, each with what finds these."""

    def of_variables(self, values: Mapping[str, object]) -> frozenset[str]:
        """Return the coordinates that coerced variable values use."""
        found: set[str] = set()
        for name, walk in self.inputs:
            value = values.get(name)
            if value is not None:
                walk(value, found)
        return frozenset(found)


def find_use(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> OperationUse:
    """Find what an operation of a valid document uses. Fields of an interface count for its types."""
    found = _Collector(schema)
    for definition in _reachable(document, operation):
        visit(definition, TypeInfoVisitor(found.info, found))
    walkers = _Walkers()
    inputs = tuple(
        (one.variable.name.value, walk)
        for one in operation.variable_definitions or ()
        if (kind := type_from_ast(schema, one.type)) is not None
        and is_input_type(kind)
        and (walk := walkers.of(kind)) is not None
    )
    return OperationUse(frozenset(found.coordinates), inputs)


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.info = TypeInfo(schema)
        self.coordinates: set[str] = set()
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.info.get_parent_type()
        name = node.name.value
        if parent is None or name.startswith("__") or parent.name.startswith("__"):
            return
        owners = [parent.name]
        if isinstance(parent, GraphQLInterfaceType):
            owners += [one.name for one in self._schema.get_possible_types(parent)]
        for owner in owners:
            self.coordinates.add(f"{owner}.{name}")
            for argument in node.arguments or ():
                self.coordinates.add(f"{owner}.{name}({argument.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = self.info.get_parent_input_type()
        if parent is not None:
            self.coordinates.add(f"{get_named_type(parent).name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        kind = get_named_type(self.info.get_input_type())
        if isinstance(kind, GraphQLEnumType):
            self.coordinates.add(f"{kind.name}.{node.value}")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        kind = type_from_ast(self._schema, node.type)
        if kind is not None:
            self.coordinates.add(get_named_type(kind).name)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        if node.type_condition is not None:
            self.coordinates.add(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.coordinates.add(node.type_condition.name.value)


def _reachable(
    document: DocumentNode, operation: OperationDefinitionNode
) -> Iterator[OperationDefinitionNode | FragmentDefinitionNode]:
    """Yield the operation and the fragments that it spreads, at whatever depth."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    seen: set[str] = set()
    waiting: list[OperationDefinitionNode | FragmentDefinitionNode] = [operation]

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name not in seen and name in fragments:
                seen.add(name)
                waiting.append(fragments[name])

    while waiting:
        definition = waiting.pop()
        yield definition
        visit(definition, Spreads())


class _Walkers:
    """Makes the functions that walk coerced values, one for each input type."""

    def __init__(self) -> None:
        self._made: dict[str, Walk] = {}

    def of(self, kind: GraphQLInputType) -> Walk | None:
        """Return what walks a value of a type; `None` where nothing in it counts."""
        if is_non_null_type(kind):
            return self.of(kind.of_type)
        if is_list_type(kind):
            inner = self.of(kind.of_type)
            return None if inner is None else _walk_list(inner)
        if isinstance(kind, GraphQLEnumType):
            return _walk_enum({name: f"{kind.name}.{name}" for name in kind.values})
        if not isinstance(kind, GraphQLInputObjectType):
            return None
        made = self._made.get(kind.name)
        if made is None:
            fields: dict[str, tuple[str, Walk | None]] = {}
            made = self._made[kind.name] = _walk_object(fields)
            for name, field in kind.fields.items():
                fields[name] = f"{kind.name}.{name}", self.of(field.type)
        return made


def _walk_list(inner: Walk) -> Walk:
    def walk(value: object, found: set[str]) -> None:
        for item in value if isinstance(value, list) else (value,):
            if item is not None:
                inner(item, found)

    return walk


def _walk_enum(coordinates: Mapping[str, str]) -> Walk:
    def walk(value: object, found: set[str]) -> None:
        if isinstance(value, str) and value in coordinates:
            found.add(coordinates[value])

    return walk


def _walk_object(fields: Mapping[str, tuple[str, Walk | None]]) -> Walk:
    def walk(value: object, found: set[str]) -> None:
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            known = fields.get(name)
            if known is not None:
                coordinate, below = known
                found.add(coordinate)
                if below is not None and inner is not None:
                    below(inner, found)

    return walk
