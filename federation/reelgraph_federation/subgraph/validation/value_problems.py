"""Say what is wrong with a constant for a type, by GraphQL's input coercion.

https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from ...type_refs import is_list, is_required, item, named, nullable
from ...values import print_value
from ..document import EnumLiteral, FloatLiteral, Missing, TypeDef, Value, VariableLiteral

_MAX_INT = 2**31
_MAX_FLOAT = 10**308


def value_problem(types: Mapping[str, TypeDef], value: Value, ref: str) -> str | None:
    """Return why ``value`` does not fit ``ref``; None when it does."""
    if isinstance(value, VariableLiteral):
        return f"the variable ${value} is no constant"
    if value is None:
        return f"null does not fit {ref}" if is_required(ref) else None
    bare = nullable(ref)
    if is_list(bare):
        items = value if isinstance(value, list) else [value]
        found = (value_problem(types, each, item(bare)) for each in items)
        return next((problem for problem in found if problem), None)
    return _named_problem(types, value, named(bare))


def _named_problem(types: Mapping[str, TypeDef], value: Value, name: str) -> str | None:
    if name in _BUILT_IN:
        fits = _BUILT_IN[name](value)
        return None if fits else f"{_short(value)} is no {name}"
    type_def = types.get(name)
    if type_def is None or type_def.kind == "SCALAR":
        return None
    if type_def.kind == "ENUM":
        known = isinstance(value, EnumLiteral) and value in type_def.values
        return None if known else f"{_short(value)} is no value of the enum {name}"
    if type_def.kind != "INPUT":
        return None
    if not isinstance(value, dict):
        return f"{_short(value)} is no {name}"
    return _object_problem(types, value, type_def)


def _object_problem(
    types: Mapping[str, TypeDef], value: dict[str, Value], type_def: TypeDef
) -> str | None:
    for key, inner in value.items():
        field = type_def.inputs.get(key)
        if field is None:
            return f'"{type_def.name}" has no field "{key}"'
        problem = value_problem(types, inner, field.type)
        if problem:
            return problem
    for field in type_def.inputs.values():
        if (
            field.name not in value
            and is_required(field.type)
            and isinstance(field.default, Missing)
        ):
            return f'the required field "{type_def.name}.{field.name}" is not given'
    return None


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and not isinstance(value, EnumLiteral)


def _is_int(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Value) -> bool:
    if isinstance(value, FloatLiteral):
        return isfinite(value)
    return isinstance(value, int) and _is_int(value) and abs(value) < _MAX_FLOAT


_BUILT_IN: dict[str, Callable[[Value], bool]] = {
    "Int": lambda value: (
        isinstance(value, int) and _is_int(value) and -_MAX_INT <= value < _MAX_INT
    ),
    "Float": lambda value: _is_number(value),
    "String": _is_text,
    "Boolean": lambda value: isinstance(value, bool),
    "ID": lambda value: _is_text(value) or _is_int(value),
}


def _short(value: Value) -> str:
    text = print_value(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
