"""The API schema: what clients see of a supergraph, as a graphql-core schema.

It has no join machinery, no inaccessible elements and no contextual arguments. Specification:
https://specs.apollo.dev/inaccessible/v0.2, "Removing inaccessible elements".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDefaultInput,
    GraphQLDeferDirective,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    parse_const_value,
    specified_directives,
    specified_scalar_types,
)

from reelgraph_federation.supergraph.model import (
    DirectiveDefinition,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    MergedSchema,
    NamedType,
    ObjectType,
    ScalarType,
    UnionType,
)
from reelgraph_federation.supergraph.type_refs import TypeRef

_T = TypeVar("_T")
_EXECUTABLE = {
    "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT", "VARIABLE_DEFINITION",
}  # fmt: skip


def build_api_schema(supergraph: MergedSchema) -> GraphQLSchema:
    """Build the API schema. Fields are made when a type is first looked at by the schema.

    The schema is marked as valid: composition has already proved it. A supergraph of another
    composer that is no valid GraphQL shows its faults through `graphql.validate_schema`.
    """
    return _Builder(supergraph).build()


class _Builder:
    def __init__(self, supergraph: MergedSchema) -> None:
        self._supergraph = supergraph
        self._types: dict[str, GraphQLNamedType] = dict(specified_scalar_types)

    def build(self) -> GraphQLSchema:
        supergraph = self._supergraph
        makers: Mapping[type[NamedType], Callable[[Any], GraphQLNamedType]] = {
            ScalarType: _scalar,
            ObjectType: self._object,
            InterfaceType: self._interface,
            UnionType: self._union,
            EnumType: _enum,
            InputObjectType: self._input_object,
        }
        for name, one in supergraph.types.items():
            if not one.applied.inaccessible:
                self._types[name] = makers[type(one)](one)
        own = [self._types[name] for name in supergraph.types if name in self._types]
        return GraphQLSchema(
            query=self._root(supergraph.query_type),
            mutation=self._root(supergraph.mutation_type),
            subscription=self._root(supergraph.subscription_type),
            types=own,
            directives=self._directives(),
            description=supergraph.description,
            assume_valid=True,
        )

    def _root(self, name: str | None) -> GraphQLObjectType | None:
        found = self._types.get(name) if name else None
        return found if isinstance(found, GraphQLObjectType) else None

    def _object(self, one: ObjectType) -> GraphQLObjectType:
        return GraphQLObjectType(
            one.name,
            partial(self._fields, one.fields.values()),
            interfaces=partial(self._named, one.interfaces, GraphQLInterfaceType),
            description=one.description,
        )

    def _interface(self, one: InterfaceType) -> GraphQLInterfaceType:
        return GraphQLInterfaceType(
            one.name,
            partial(self._fields, one.fields.values()),
            interfaces=partial(self._named, one.interfaces, GraphQLInterfaceType),
            description=one.description,
        )

    def _union(self, one: UnionType) -> GraphQLUnionType:
        return GraphQLUnionType(
            one.name,
            partial(self._named, one.members, GraphQLObjectType),
            description=one.description,
        )

    def _input_object(self, one: InputObjectType) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(
            one.name,
            partial(self._input_fields, one),
            description=one.description,
            is_one_of=one.one_of,
        )

    def _named(self, names: Iterable[str], kind: type[_T]) -> list[_T]:
        found = (self._types.get(name) for name in names)
        return [one for one in found if isinstance(one, kind)]

    def _fields(self, fields: Iterable[Field]) -> dict[str, GraphQLField]:
        return {
            one.name: GraphQLField(
                cast(Any, self._ref(one.type)),
                args=self._arguments(one.arguments.values()),
                description=one.description,
                deprecation_reason=one.deprecation,
            )
            for one in fields
            if self._is_visible(one)
        }

    def _arguments(self, arguments: Iterable[InputValue]) -> dict[str, GraphQLArgument]:
        return {
            one.name: GraphQLArgument(
                cast(Any, self._ref(one.type)),
                default=_default(one),
                description=one.description,
                deprecation_reason=one.deprecation,
            )
            for one in arguments
            if self._is_visible(one)
        }

    def _input_fields(self, one: InputObjectType) -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(
                cast(Any, self._ref(value.type)),
                default=_default(value),
                description=value.description,
                deprecation_reason=value.deprecation,
            )
            for name, value in one.fields.items()
            if self._is_visible(value)
        }

    def _is_visible(self, one: Field | InputValue) -> bool:
        return not one.applied.inaccessible and one.type.name in self._types

    def _ref(self, ref: TypeRef) -> Any:
        if ref.bare is not None:
            return GraphQLNonNull(self._ref(ref.bare))
        if ref.item is not None:
            return GraphQLList(self._ref(ref.item))
        return self._types[ref.name]

    def _directives(self) -> list[GraphQLDirective]:
        own = [
            self._directive(one)
            for one in self._supergraph.directives.values()
            if _EXECUTABLE.intersection(one.locations)
        ]
        return [*specified_directives, GraphQLDeferDirective, *own]

    def _directive(self, one: DirectiveDefinition) -> GraphQLDirective:
        return GraphQLDirective(
            one.name,
            [DirectiveLocation[place] for place in one.locations if place in _EXECUTABLE],
            self._arguments(one.arguments.values()),
            is_repeatable=one.repeatable,
            description=one.description,
        )


def _default(value: InputValue) -> GraphQLDefaultInput | None:
    """Return a default as it was written, so that introspection shows it so."""
    if value.default is None:
        return None
    return GraphQLDefaultInput(literal=parse_const_value(value.default, no_location=True))


def _scalar(one: ScalarType) -> GraphQLScalarType:
    return GraphQLScalarType(
        one.name, specified_by_url=one.specified_by, description=one.description
    )


def _enum(one: EnumType) -> GraphQLEnumType:
    values = {
        name: GraphQLEnumValue(
            name, description=value.description, deprecation_reason=value.deprecation
        )
        for name, value in one.values.items()
        if not value.applied.inaccessible
    }
    return GraphQLEnumType(one.name, values, description=one.description)
