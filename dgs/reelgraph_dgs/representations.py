"""Read representations: what the router sends to `_entities`, as the types of the schema.

A representation is an object with `__typename`, the fields of one of the type's keys and the
fields that some `@requires` asks for. Its values are JSON; here they become what the schema's
scalars and enums make of them, fields that the schema does not know are left out, and nested
objects become (partial) instances of their types.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

from reelgraph_dgs.errors import BadRequest

Fields = Mapping[str, object]
"""Values by the Python name of their field."""


class RepresentationReader:
    """Turns representations into typed values, for one schema."""

    def __init__(self, converter: GraphQLCoreConverter) -> None:
        self._converter = converter
        self._python_names: dict[str, dict[str, str]] = {}

    def read_fields(self, type_name: str, value: Mapping[str, Any], place: str) -> Fields:
        """Coerce the fields of one object that the schema knows.

        `place` is how error messages call it. Raises `BadRequest` for a value that does not
        fit its type.
        """
        fields = self._object_type(type_name, place).fields
        names = self.python_names(type_name)
        return {
            names[name]: self._coerce(fields[name].type, sent, f"{place}.{name}")
            for name, sent in value.items()
            if name in names and name in fields
        }

    def python_names(self, type_name: str) -> dict[str, str]:
        """Return the Python names of a type's fields by their GraphQL names."""
        known = self._python_names.get(type_name)
        if known is None:
            converter = self._converter.config.name_converter
            known = {
                converter.get_graphql_name(field): field.python_name
                for field in self._definition(type_name).fields
            }
            self._python_names[type_name] = known
        return known

    def build(self, type_name: str, fields: Fields) -> object:
        """Make an instance of a type that has only the given fields, and its defaults.

        Other fields are not set at all: reading one raises `AttributeError`.
        """
        origin = self._definition(type_name).origin
        instance = object.__new__(origin)
        for field in dataclasses.fields(cast("Any", origin)):
            if field.name in fields:
                value = fields[field.name]
            elif field.default is not dataclasses.MISSING:
                value = field.default
            elif field.default_factory is not dataclasses.MISSING:
                value = field.default_factory()
            else:
                continue
            object.__setattr__(instance, field.name, value)
        return instance

    def _coerce(self, type_: GraphQLOutputType, value: Any, place: str) -> object:
        if isinstance(type_, GraphQLNonNull):
            if value is None:
                raise BadRequest(f"{place} must not be null.")
            return self._coerce(type_.of_type, value, place)
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            if not isinstance(value, list):
                raise BadRequest(f"{place} must be a list.")
            return [
                self._coerce(type_.of_type, item, f"{place}[{index}]")
                for index, item in enumerate(value)
            ]
        if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
            return _coerce_leaf(type_, value, place)
        return self._coerce_object(type_, value, place)

    def _coerce_object(
        self,
        type_: GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType,
        value: Any,
        place: str,
    ) -> object:
        if not isinstance(value, Mapping):
            raise BadRequest(f"{place} must be an object.")
        type_name = value.get("__typename", type_.name)
        if not isinstance(type_name, str):
            raise BadRequest(f"{place}.__typename must be a string.")
        return self.build(type_name, self.read_fields(type_name, value, place))

    def _object_type(self, type_name: str, place: str) -> GraphQLObjectType | GraphQLInterfaceType:
        concrete = self._converter.type_map.get(type_name)
        implementation = None if concrete is None else concrete.implementation
        if not isinstance(implementation, GraphQLObjectType | GraphQLInterfaceType):
            raise BadRequest(f"{place}: {type_name!r} is no object type of this subgraph.")
        return implementation

    def _definition(self, type_name: str) -> StrawberryObjectDefinition:
        return cast("StrawberryObjectDefinition", self._converter.type_map[type_name].definition)


def _coerce_leaf(type_: GraphQLScalarType | GraphQLEnumType, value: Any, place: str) -> object:
    try:
        coerced: object = type_.parse_value(value)
    except (GraphQLError, ValueError, TypeError, ArithmeticError) as error:
        raise BadRequest(f"{place} is no valid {type_.name}.") from error
    return coerced
