"""Syntax tree → condition: every name and value checked against the index."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pydantic import JsonValue

from reelgraph_search.index_config.mapping import (
    COMPOSITE,
    RANGED,
    FieldKind,
    IndexMapping,
    MappedField,
)
from reelgraph_search.query_language import instants
from reelgraph_search.query_language.conditions import (
    And,
    Condition,
    Everything,
    Exists,
    Fuzzy,
    Match,
    Not,
    Nothing,
    OneOf,
    Or,
    Prefix,
    Range,
    Some,
    Value,
)
from reelgraph_search.query_language.parse import parse
from reelgraph_search.query_language.syntax import (
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    Literal,
    Name,
    Negation,
    Now,
    Operand,
    QueryError,
    SameElement,
    Variable,
)

LONGEST_VALUE = 1_000
"""Characters of one string in a filter."""
MOST_VALUES = 1_000
"""Values of one list in a filter."""
MOST_CONDITIONS = 500
"""Comparisons of a filter, below the clause limits of the engines."""
LARGEST_INT = 2**53

_TEXTS = frozenset({FieldKind.TEXT, FieldKind.KEYWORD})
_Plain: TypeAlias = str | int | float | bool


def compile_filter(
    source: str | None,
    mapping: IndexMapping,
    variables: Mapping[str, JsonValue],
    now: datetime,
    hidden: Collection[str] = (),
) -> Condition:
    """Parse and check a filter; None or blank means everything.

    `hidden` are paths that the caller may not use: to them they do not exist, so that a filter
    cannot be used to guess their values. Raises QueryError naming position and remedy.
    """
    if source is None or not source.strip():
        return Everything()
    checker = _Checker(source, mapping, variables, now, frozenset(hidden))
    return checker.check(parse(source), "")


@dataclass(slots=True)
class _Checker:
    source: str
    mapping: IndexMapping
    variables: Mapping[str, JsonValue]
    now: datetime
    hidden: frozenset[str]
    conditions: int = 0

    def check(self, node: Expression, within: str) -> Condition:
        match node:
            case Conjunction(parts):
                return And(tuple(self.check(part, within) for part in parts))
            case Disjunction(parts):
                return Or(tuple(self.check(part, within) for part in parts))
            case Negation(part):
                return Not(self.check(part, within))
            case SameElement(name, condition):
                field = self._field(name, within)
                if field.kind is not FieldKind.NESTED:
                    raise self._problem(
                        f"`{name.path}{{…}}` needs a list of objects; "
                        f"`{name.path}` is {_article(field)}",
                        name.position,
                    )
                return Some(field, self.check(condition, field.path + "."))
            case Comparison():
                return self._comparison(node, within)

    def _comparison(self, node: Comparison, within: str) -> Condition:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise self._problem(
                f"A filter has at most {MOST_CONDITIONS} comparisons", node.name.position
            )
        field = self._field(node.name, within)
        if node.operator == "EXISTS":
            return Exists(field)
        if field.kind in COMPOSITE or field.kind is FieldKind.FLATTENED:
            raise self._problem(
                f"`{node.name.path}` is {_article(field)}; compare one of its fields"
                + _listing([child.name for child in field.fields]),
                node.name.position,
            )
        build = _OPERATORS[node.operator]
        self._allow(node, field)
        return build(field, self._values(node, field))

    def _allow(self, node: Comparison, field: MappedField) -> None:
        needed, wanted = _NEEDS.get(node.operator, (None, ""))
        if needed is not None and field.kind not in needed:
            raise self._problem(
                f"`{node.operator}` needs {wanted}; `{node.name.path}` is {_article(field)}",
                node.name.position,
            )

    def _field(self, name: Name, within: str) -> MappedField:
        known = {
            path: field
            for path, field in self.mapping.by_path().items()
            if path not in self.hidden and path.startswith(within)
        }
        field = known.get(within + name.path)
        if field is None:
            inside = f" in `{within[:-1]}`" if within else ""
            near = _nearest(name.path, [path.removeprefix(within) for path in known])
            raise self._problem(f"`{name.path}` is unknown{inside}{near}", name.position)
        return field

    def _values(self, node: Comparison, field: MappedField) -> tuple[Value, ...]:
        operands: tuple[Operand, ...] = node.operands
        if node.whole_list is not None:
            operands = self._spread(node.whole_list)
        if len(operands) > MOST_VALUES:
            raise self._problem(
                f"A list has at most {MOST_VALUES:,} values; this has {len(operands):,}",
                node.name.position,
            )
        checked = node.operator not in ("MATCH", "PREFIX", "FUZZY")
        return tuple(self._value(operand, field, checked) for operand in operands)

    def _spread(self, variable: Variable) -> tuple[Operand, ...]:
        value = self._variable(variable)
        if not isinstance(value, list):
            raise self._problem(f"`${variable.name}` must be a list", variable.position)
        return tuple(self._literal(item, variable) for item in value)

    def _variable(self, variable: Variable) -> JsonValue:
        if variable.name not in self.variables:
            near = _nearest(variable.name, list(self.variables), "$")
            raise self._problem(f"`${variable.name}` has no value{near}", variable.position)
        return self.variables[variable.name]

    def _literal(self, value: JsonValue, variable: Variable) -> Literal:
        if value is None or isinstance(value, list | dict):
            raise self._problem(
                f"`${variable.name}` must be a string, number or boolean", variable.position
            )
        return Literal(value, variable.position)

    def _value(self, operand: Operand, field: MappedField, checked: bool) -> Value:
        if isinstance(operand, Variable):
            operand = self._literal(self._variable(operand), operand)
        if isinstance(operand, Now):
            if field.kind is not FieldKind.DATE:
                raise self._problem(
                    f"`now` needs a date; `{field.path}` is {_article(field)}", operand.position
                )
            return instants.to_milliseconds(self.now.isoformat()) + operand.offset * 1000
        value = _coerced(operand.value, field)
        if value is None:
            raise self._problem(
                f"`{field.path}` is {field.type_name}; {_shown(operand.value)} is not",
                operand.position,
            )
        self._limit(value, field, operand, checked)
        return value

    def _limit(self, value: Value, field: MappedField, operand: Literal, checked: bool) -> None:
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            raise self._problem(
                f"A string has at most {LONGEST_VALUE:,} characters", operand.position
            )
        if checked and field.values and value not in field.values:
            near = _nearest(str(value), field.values)
            raise self._problem(
                f"`{value}` is not a value of {field.type_name}{near}", operand.position
            )

    def _problem(self, message: str, position: int) -> QueryError:
        return QueryError(message, position, self.source)


def _coerced(value: _Plain, field: MappedField) -> Value | None:
    match field.kind:
        case FieldKind.BOOLEAN:
            return value if isinstance(value, bool) else None
        case FieldKind.KEYWORD | FieldKind.TEXT:
            if field.type_name == "ID" and isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            return value if isinstance(value, str) else None
        case FieldKind.DATE:
            return _instant(value)
        case _:
            return _number(value, whole=field.kind is FieldKind.INTEGER)


def _number(value: _Plain, *, whole: bool) -> int | float | None:
    if isinstance(value, bool | str) or abs(value) > LARGEST_INT:
        return None
    if whole:
        return value if isinstance(value, int) else None
    return float(value)


def _instant(value: _Plain) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return instants.to_milliseconds(value)
    except (ValueError, OverflowError):
        return None


def _article(field: MappedField) -> str:
    match field.kind:
        case FieldKind.NESTED:
            return f"a list of objects ({field.type_name})"
        case FieldKind.OBJECT:
            return f"an object ({field.type_name})"
        case _:
            return f"{field.type_name}, indexed as {field.kind.value}"


def _shown(value: _Plain) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _nearest(name: str, known: Collection[str], sign: str = "") -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if not near:
        near = [path for path in known if path.rpartition(".")[2] == name][:1]
    return f", did you mean `{sign}{near[0]}`?" if near else ""


def _listing(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def _any(field: MappedField, values: tuple[Value, ...]) -> Condition:
    return OneOf(field, values) if values else Nothing()


def _every(field: MappedField, values: tuple[Value, ...]) -> Condition:
    return And(tuple(OneOf(field, (value,)) for value in values)) if values else Everything()


def _range(low: bool, include: bool) -> Callable[[MappedField, tuple[Value, ...]], Condition]:
    def build(field: MappedField, values: tuple[Value, ...]) -> Condition:
        bound = _bound(values[0])
        if low:
            return Range(field, low=bound, include_low=include)
        return Range(field, high=bound, include_high=include)

    return build


def _between(field: MappedField, values: tuple[Value, ...]) -> Condition:
    return Range(field, low=_bound(values[0]), high=_bound(values[1]))


def _bound(value: Value) -> int | float:
    assert isinstance(value, int | float)  # ranged kinds only, see _NEEDS
    return value


_OPERATORS: dict[str, Callable[[MappedField, tuple[Value, ...]], Condition]] = {
    "==": _any,
    "!=": lambda field, values: Not(_any(field, values)),
    "IN": _any,
    "NOT IN": lambda field, values: Not(_any(field, values)),
    "ALL": _every,
    ">": _range(low=True, include=False),
    ">=": _range(low=True, include=True),
    "<": _range(low=False, include=False),
    "<=": _range(low=False, include=True),
    "BETWEEN": _between,
    "MATCH": lambda field, values: Match(field, str(values[0])),
    "FUZZY": lambda field, values: Fuzzy(field, str(values[0])),
    "PREFIX": lambda field, values: Prefix(field, str(values[0])),
}
_RANGE_NEED = (RANGED, "a number or a date")
_NEEDS: dict[str, tuple[frozenset[FieldKind], str]] = {
    ">": _RANGE_NEED,
    ">=": _RANGE_NEED,
    "<": _RANGE_NEED,
    "<=": _RANGE_NEED,
    "BETWEEN": _RANGE_NEED,
    "MATCH": (frozenset({FieldKind.TEXT}), "a text"),
    "FUZZY": (frozenset({FieldKind.TEXT}), "a text"),
    "PREFIX": (_TEXTS, "a text or a keyword"),
}
