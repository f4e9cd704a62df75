"""Coerce the request's variables (GraphQL, section 6.1.2), prepared once per operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values

from reelgraph_router.errors import Code, from_graphql_errors, refuse
from reelgraph_router.json_text import MOST_LEVELS, is_nested_deeper

Values = Mapping[str, object]
Coerce = Callable[[Mapping[str, object] | None], Values]
Fits = Callable[[object], bool]

NO_VALUES: Values = {}
MAX_ERRORS = 20


def prepare_coercion(
    schema: GraphQLSchema, operation: OperationDefinitionNode, *, hints: bool
) -> Coerce:
    """A function from raw variables to coerced ones; it raises RequestError.

    Values that are in their final form already, the usual case, are passed on as they are; every
    other case is graphql-core's.
    """
    definitions = operation.variable_definitions
    if not definitions:
        return lambda raw: NO_VALUES
    plain: dict[str, Fits] = {}
    for definition in definitions:
        kind = type_from_ast(schema, definition.type)
        fits = _fits(kind) if kind is not None and is_input_type(kind) else None
        if fits is None:
            plain = {}
            break
        plain[definition.variable.name.value] = fits

    def coerce_fully(raw: Mapping[str, object]) -> Values:
        if is_nested_deeper(raw, MOST_LEVELS):
            raise refuse(
                f"The variables are nested deeper than {MOST_LEVELS} levels.",
                Code.BAD_USER_INPUT,
                well_formed=True,
            )
        found = get_variable_values(
            schema, definitions, dict(raw), max_errors=MAX_ERRORS, hide_suggestions=not hints
        )
        if not isinstance(found, VariableValues):
            raise from_graphql_errors(found, Code.BAD_USER_INPUT)
        return cast("Values", found.coerced)

    def coerce(raw: Mapping[str, object] | None) -> Values:
        given = raw or NO_VALUES
        if len(plain) == len(definitions):
            found = {name: given[name] for name in plain if name in given}
            if len(found) == len(plain) and all(plain[n](v) for n, v in found.items()):
                return found
        return coerce_fully(given)

    return coerce


def _fits(kind: object) -> Fits | None:
    """A test for values that coercion leaves as they are; None where coercion must decide."""
    if isinstance(kind, GraphQLNonNull):
        inner = _fits_nullable(kind.of_type)
        return inner
    inner = _fits_nullable(kind)
    if inner is None:
        return None
    return lambda value: value is None or inner(value)


def _fits_nullable(kind: object) -> Fits | None:
    if isinstance(kind, GraphQLList):
        item = _fits(kind.of_type)
        if item is None:
            return None
        return lambda value: value.__class__ is list and all(map(item, cast("list[object]", value)))
    if isinstance(kind, GraphQLEnumType):
        names = frozenset(kind.values)
        return lambda value: value.__class__ is str and value in names
    return _SCALARS.get(getattr(kind, "name", ""))


def _is_int(value: object) -> bool:
    return isinstance(value, int) and value.__class__ is int and -(2**31) <= value < 2**31


_SCALARS: dict[str, Fits] = {
    "String": lambda value: value.__class__ is str,
    "ID": lambda value: value.__class__ is str,
    "Boolean": lambda value: value.__class__ is bool,
    "Int": _is_int,
    "Float": lambda value: value.__class__ is float,
}
