"""Default values are values of their type."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isfinite

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    parse_const_value,
)

from reelgraph_federation.supergraph.model import (
    DirectiveDefinition,
    EnumType,
    InputObjectType,
    InputValue,
    InterfaceType,
    MergedSchema,
    NamedType,
    ObjectType,
)
from reelgraph_federation.supergraph.reading_problems import INVALID, ReadingProblems
from reelgraph_federation.supergraph.type_refs import TypeRef

_LITERALS: dict[str, tuple[type[ValueNode], ...]] = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "Boolean": (BooleanValueNode,),
    "ID": (IntValueNode, StringValueNode),
}


def check_defaults(supergraph: MergedSchema, problems: ReadingProblems) -> None:
    """Report default values that their type does not have.

    https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
    """
    for coordinate, message in unfit_defaults(supergraph.types, supergraph.directives):
        problems.add(INVALID, message, coordinate=coordinate)


def unfit_defaults(
    types: Mapping[str, NamedType],
    directives: Mapping[str, DirectiveDefinition],
    among: Collection[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Each default that its type does not have: the coordinate, and what to say of it.

    ``among`` are the types whose values are looked at; by default all.
    """
    fit = ValueFit(types)
    for where, value in _input_values(types, directives):
        if value.default is None or (among is not None and value.type.name not in among):
            continue
        if not fit.fits(value.default, value.type):
            coordinate = where.format(value.name)
            yield (
                coordinate,
                f'the default {value.default[:60]} of "{coordinate}" is no value of the type '
                f'"{value.type}"',
            )


def _input_values(
    types: Mapping[str, NamedType], directives: Mapping[str, DirectiveDefinition]
) -> Iterator[tuple[str, InputValue]]:
    for one in types.values():
        if isinstance(one, InputObjectType):
            for value in one.fields.values():
                yield f"{one.name}.{{}}", value
        elif isinstance(one, ObjectType | InterfaceType):
            for field in one.fields.values():
                for value in field.arguments.values() if field.arguments else ():
                    yield f"{one.name}.{field.name}({{}}:)", value
    for directive in directives.values():
        for value in directive.arguments.values():
            yield f"@{directive.name}({{}}:)", value


class ValueFit:
    """Tells whether values fit types."""

    def __init__(self, types: Mapping[str, NamedType]) -> None:
        self._types = types

    def fits(self, text: str, expected: TypeRef) -> bool:
        """Tell whether a constant, as GraphQL text, is a value of a type."""
        return self._fits(parse_const_value(text, no_location=True), expected)

    def _fits(self, node: ValueNode, expected: TypeRef) -> bool:
        if isinstance(node, NullValueNode):
            return expected.nullable
        expected = expected.as_nullable
        if expected.item is not None:
            items = node.values if isinstance(node, ListValueNode) else (node,)
            return all(self._fits(one, expected.item) for one in items)
        named = self._types.get(expected.name)
        if isinstance(named, EnumType):
            return isinstance(node, EnumValueNode) and node.value in named.values
        if isinstance(named, InputObjectType):
            return isinstance(node, ObjectValueNode) and self._is_object(node, named)
        literals = _LITERALS.get(expected.name)
        if literals is not None and not isinstance(node, literals):
            return False
        return _can_be_held(node) and (expected.name != "Int" or _has_32_bits(node))

    def _is_object(self, node: ObjectValueNode, expected: InputObjectType) -> bool:
        given = {one.name.value: one.value for one in node.fields}
        return given.keys() <= expected.fields.keys() and all(
            self._fits(given[name], value.type)
            if name in given
            else value.type.nullable or value.default is not None
            for name, value in expected.fields.items()
        )


def _has_32_bits(node: ValueNode) -> bool:
    return isinstance(node, IntValueNode) and -(2**31) <= int(node.value) < 2**31


def _can_be_held(node: ValueNode) -> bool:
    """Tell whether no number inside a literal is too large for a program to hold."""
    if isinstance(node, IntValueNode | FloatValueNode):
        return len(node.value) < 400 and isfinite(float(node.value))
    if isinstance(node, ListValueNode):
        return all(map(_can_be_held, node.values))
    if isinstance(node, ObjectValueNode):
        return all(_can_be_held(one.value) for one in node.fields)
    return True
