"""Constant GraphQL values: written as GraphQL text, and compared by meaning."""

from __future__ import annotations

import json

from .subgraph.document import EnumLiteral, FloatLiteral, Missing, Value, VariableLiteral


def print_value(value: Value | Missing, *, sort: bool = False) -> str:
    """Return the GraphQL text of a value; with ``sort``, fields of objects in order of name.

    Two values mean the same exactly when their sorted texts are equal.
    """
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, VariableLiteral):
        return f"${value}"
    if isinstance(value, EnumLiteral):
        return str.__str__(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, FloatLiteral):
        return _print_float(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(print_value(item, sort=sort) for item in value)}]"
    if isinstance(value, dict):
        entries = sorted(value.items()) if sort else value.items()
        fields = ", ".join(f"{k}: {print_value(v, sort=sort)}" for k, v in entries)
        return f"{{ {fields} }}" if fields else "{}"
    return ""


def _print_float(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return "1e999" if value > 0 else "-1e999"
    return repr(float(value))


def same_value(one: Value | Missing, other: Value | Missing) -> bool:
    """Tell whether two constants, or absences of one, mean the same."""
    return print_value(one, sort=True) == print_value(other, sort=True)
