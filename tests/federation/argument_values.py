"""Values of any shape, and what GraphQL makes of them for the type of an argument.

For tests that hold readers of directives to one promise: a value means what GraphQL coerces it to, or is
an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    BooleanValueNode,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    ast_from_value,
    parse_const_value,
    print_ast,
    value_from_ast,
    value_from_ast_untyped,
)
from hypothesis import strategies as st


def scalar(name: str, node_type: type[ValueNode], fits: Callable[[Any], bool]) -> GraphQLScalarType:
    """Make a scalar that reads literals of one kind only, as the specification says.

    graphql-core's own take a bare name for a string, and 1.0 for a whole number.
    """

    def read(node: ValueNode, variables: object = None) -> object:
        value = value_from_ast_untyped(node)
        if not isinstance(node, node_type) or not fits(value):
            raise TypeError(f"{print_ast(node)} is no {name}")
        return value

    return GraphQLScalarType(name, parse_value=lambda value: value, parse_literal=read)


TEXT = scalar("Text", StringValueNode, lambda value: True)
SCALARS = {
    "Int": scalar("Whole", IntValueNode, lambda value: -(2**31) <= value < 2**31),
    "Boolean": scalar("Truth", BooleanValueNode, lambda value: True),
    **dict.fromkeys(("String", "FieldSet", "ContextFieldValue", "Scope", "Policy"), TEXT),
}

TEXTS = ("id", "a", "n", "b", "c", "percent(5)", "@hint", "$c { n }", "x-{$args.n}", "", "a b", "{")
SIMPLE = st.one_of(
    st.sampled_from([f'"{text}"' for text in TEXTS]),
    st.sampled_from(
        ["null", "true", "false", "0", "1", "-1", "1.0", "1e3", "99999999999", "id", "a"]
    ),
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(
            lambda fields: f"{{{', '.join(f'{k}: {v}' for k, v in fields.items())}}}"
        ),
    ),
    max_leaves=4,
)


def input_type(ref: str) -> GraphQLInputType:
    if ref.endswith("!"):
        return GraphQLNonNull(input_type(ref[:-1]))
    if ref.startswith("["):
        return GraphQLList(input_type(ref[1:-1]))
    return SCALARS[ref]


def meaning(value: str, of: GraphQLInputType) -> str | None:
    """Return the value written as what it means; empty for "not given", None if it means nothing."""
    coerced: Any = value_from_ast(parse_const_value(value), of)
    if coerced is Undefined:
        return None
    node = ast_from_value(coerced, of)
    return "" if coerced is None or node is None else print_ast(node)
