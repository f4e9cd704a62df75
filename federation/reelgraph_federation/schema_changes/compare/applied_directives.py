"""Where directives are applied in a schema, element by element."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from graphql import (
    DEFAULT_DEPRECATION_REASON,
    ArgumentNode,
    DirectiveNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    StringValueNode,
    print_ast,
)

from ..elements import (
    argument_pairs,
    enum_value_pairs,
    field_pairs,
    input_field_pairs,
    type_pairs,
)

_TYPE_TARGETS: tuple[tuple[type[GraphQLNamedType], str], ...] = (
    (GraphQLScalarType, "SCALAR"),
    (GraphQLObjectType, "OBJECT"),
    (GraphQLInterfaceType, "INTERFACE"),
    (GraphQLUnionType, "UNION_MEMBER"),
    (GraphQLEnumType, "ENUM"),
    (GraphQLInputObjectType, "INPUT_OBJECT"),
)


@dataclass(frozen=True, slots=True)
class AppliedDirective:
    """One directive applied to an element: its name and its arguments, printed."""

    name: str
    arguments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Site:
    """An element that directives can be applied to, in the old and in the new schema.

    ``target`` is the X of ``DIRECTIVE_USAGE_{X}_ADDED``; ``is_new`` whether the element is.
    """

    target: str
    coordinate: str
    old: tuple[AppliedDirective, ...]
    new: tuple[AppliedDirective, ...]
    is_new: bool


class _Node(Protocol):
    @property
    def directives(self) -> Iterable[DirectiveNode] | None: ...


class _Element(Protocol):
    @property
    def ast_node(self) -> _Node | None: ...


class _Pair(Protocol):
    @property
    def coordinate(self) -> str: ...

    @property
    def old(self) -> _Element | None: ...

    @property
    def new(self) -> _Element | None: ...


def sites(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Site]:
    """Walk all elements of the new schema that directives can be applied to."""
    schema_old = _applied([old.ast_node, *old.extension_ast_nodes])
    schema_new = _applied([new.ast_node, *new.extension_ast_nodes])
    yield Site("SCHEMA", "", schema_old, schema_new, False)
    yield from _type_sites(old, new)
    yield from _sites("FIELD_DEFINITION", field_pairs(old, new))
    yield from _sites("ARGUMENT_DEFINITION", argument_pairs(old, new))
    yield from _sites("INPUT_FIELD_DEFINITION", input_field_pairs(old, new))
    yield from _sites("ENUM_VALUE", enum_value_pairs(old, new))


def _type_sites(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Site]:
    for pair in type_pairs(old, new):
        if pair.new is None:
            continue
        target = _target_of(pair.new)
        if pair.old is not None and _target_of(pair.old) != target:
            continue
        before = () if pair.old is None else _on_type(pair.old)
        yield Site(target, pair.coordinate, before, _on_type(pair.new), pair.old is None)


def _sites(target: str, pairs: Iterator[_Pair]) -> Iterator[Site]:
    for pair in pairs:
        if pair.new is None:
            continue
        before = () if pair.old is None else _applied([pair.old.ast_node])
        after = _applied([pair.new.ast_node])
        yield Site(target, pair.coordinate, before, after, pair.old is None)


def _target_of(type_: GraphQLNamedType) -> str:
    return next(target for kind, target in _TYPE_TARGETS if isinstance(type_, kind))


def _on_type(type_: GraphQLNamedType) -> tuple[AppliedDirective, ...]:
    return _applied([type_.ast_node, *type_.extension_ast_nodes])


def _applied(nodes: Iterable[_Node | None]) -> tuple[AppliedDirective, ...]:
    return tuple(
        _read(directive)
        for node in nodes
        if node is not None
        for directive in node.directives or ()
    )


def _read(node: DirectiveNode) -> AppliedDirective:
    arguments = sorted(
        (argument.name.value, print_ast(argument.value))
        for argument in node.arguments or ()
        if not _is_default_deprecation_reason(node, argument)
    )
    return AppliedDirective(node.name.value, tuple(arguments))


def _is_default_deprecation_reason(node: DirectiveNode, argument: ArgumentNode) -> bool:
    return (
        node.name.value == "deprecated"
        and isinstance(argument.value, StringValueNode)
        and argument.value.value == DEFAULT_DEPRECATION_REASON
    )
