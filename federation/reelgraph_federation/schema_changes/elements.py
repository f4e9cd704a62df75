"""The elements of two schemas side by side: what each comparison walks over.

An element is new when it has no old side, gone when it has no new side. Elements inside a type that
is gone, or whose kind changed, are not walked: the type's own change says it all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)

Element = TypeVar("Element")
NamedType = TypeVar("NamedType", bound=GraphQLNamedType)


@dataclass(frozen=True, slots=True)
class Pair(Generic[Element]):
    """One element in the old and in the new schema; at least one of them is there.

    ``parent`` is the coordinate of what holds it, ``parent_is_new`` whether that is new as well.
    """

    coordinate: str
    name: str
    old: Element | None
    new: Element | None
    parent: str = ""
    parent_is_new: bool = False

    @property
    def both(self) -> tuple[Element, Element] | None:
        """The old and the new element where both exist."""
        if self.old is None or self.new is None:
            return None
        return self.old, self.new


def match_by_name(
    old: Mapping[str, Element], new: Mapping[str, Element]
) -> Iterator[tuple[str, Element | None, Element | None]]:
    """Yield name, old and new for every name of either mapping, the old ones first."""
    for name, element in old.items():
        yield name, element, new.get(name)
    for name, element in new.items():
        if name not in old:
            yield name, None, element


def type_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLNamedType]]:
    """Walk all types but introspection's and the specified scalars."""
    for name, before, after in match_by_name(_own_types(old), _own_types(new)):
        yield Pair(name, name, before, after)


def pairs_of_kind(
    old: GraphQLSchema, new: GraphQLSchema, kind: type[NamedType]
) -> Iterator[Pair[NamedType]]:
    """Walk the types that are of one kind in the new schema, and were (if they were) in the old."""
    for pair in type_pairs(old, new):
        if not isinstance(pair.new, kind):
            continue
        if pair.old is None or isinstance(pair.old, kind):
            yield Pair(pair.coordinate, pair.name, pair.old, pair.new)


def field_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLField]]:
    """Walk the fields of object and interface types."""
    yield from _fields_of(pairs_of_kind(old, new, GraphQLObjectType))
    yield from _fields_of(pairs_of_kind(old, new, GraphQLInterfaceType))


def argument_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLArgument]]:
    """Walk the arguments of fields that are still there."""
    for field in field_pairs(old, new):
        if field.new is None:
            continue
        before = {} if field.old is None else field.old.args
        for name, old_argument, new_argument in match_by_name(before, field.new.args):
            coordinate = f"{field.coordinate}({name}:)"
            is_new = field.old is None
            yield Pair(coordinate, name, old_argument, new_argument, field.coordinate, is_new)


def input_field_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLInputField]]:
    """Walk the fields of input object types."""
    for pair in pairs_of_kind(old, new, GraphQLInputObjectType):
        if pair.new is None:
            continue
        before = {} if pair.old is None else pair.old.fields
        for name, old_field, new_field in match_by_name(before, pair.new.fields):
            coordinate = f"{pair.name}.{name}"
            yield Pair(coordinate, name, old_field, new_field, pair.name, pair.old is None)


def enum_value_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLEnumValue]]:
    """Walk the values of enum types."""
    for pair in pairs_of_kind(old, new, GraphQLEnumType):
        if pair.new is None:
            continue
        before = {} if pair.old is None else pair.old.values
        for name, old_value, new_value in match_by_name(before, pair.new.values):
            coordinate = f"{pair.name}.{name}"
            yield Pair(coordinate, name, old_value, new_value, pair.name, pair.old is None)


def directive_pairs(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Pair[GraphQLDirective]]:
    """Walk the directive definitions but those GraphQL itself specifies."""
    for name, before, after in match_by_name(_own_directives(old), _own_directives(new)):
        yield Pair(f"@{name}", name, before, after)


def directive_argument_pairs(
    old: GraphQLSchema, new: GraphQLSchema
) -> Iterator[Pair[GraphQLArgument]]:
    """Walk the arguments of directive definitions that are still there."""
    for pair in directive_pairs(old, new):
        if pair.new is None:
            continue
        before = {} if pair.old is None else pair.old.args
        for name, old_argument, new_argument in match_by_name(before, pair.new.args):
            coordinate = f"{pair.coordinate}({name}:)"
            is_new = pair.old is None
            yield Pair(coordinate, name, old_argument, new_argument, pair.coordinate, is_new)


def _fields_of(
    pairs: Iterator[Pair[GraphQLObjectType]] | Iterator[Pair[GraphQLInterfaceType]],
) -> Iterator[Pair[GraphQLField]]:
    for pair in pairs:
        if pair.new is None:
            continue
        before = {} if pair.old is None else pair.old.fields
        for name, old_field, new_field in match_by_name(before, pair.new.fields):
            coordinate = f"{pair.name}.{name}"
            yield Pair(coordinate, name, old_field, new_field, pair.name, pair.old is None)


def _own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def _own_directives(schema: GraphQLSchema) -> dict[str, GraphQLDirective]:
    return {
        directive.name: directive
        for directive in schema.directives
        if not is_specified_directive(directive)
    }
