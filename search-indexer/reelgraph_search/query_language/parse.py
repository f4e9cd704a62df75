"""Text of a filter → syntax tree."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

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

LONGEST = 10_000
"""Characters of a filter."""
DEEPEST = 100
"""Parentheses, braces and NOTs of a filter together: the tree is walked recursively."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_NESTING = re.compile(r"[({]|\bNOT\b")


@functools.lru_cache(maxsize=256)
def parse(source: str) -> Expression:
    """Parse a filter.

    Raises QueryError with the position where the text stops making sense.
    """
    if len(source) > LONGEST:
        raise QueryError(f"A filter has at most {LONGEST:,} characters; this has {len(source):,}")
    if len(_NESTING.findall(source)) > DEEPEST:
        raise QueryError(f"A filter has at most {DEEPEST} parentheses, braces and NOTs")
    try:
        return cast(Expression, _parser().parse(source))
    except UnexpectedInput as error:
        raise _readable(error, source) from None


@functools.cache
def _parser() -> Lark:
    grammar = files("reelgraph_search.query_language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Build(), maybe_placeholders=False)


def _readable(error: UnexpectedInput, source: str) -> QueryError:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return QueryError("The filter ends too early", len(source), source)
    if isinstance(error, UnexpectedToken):
        position = error.token.start_pos or 0
        return QueryError(f"`{error.token}` is not expected here", position, source)
    if isinstance(error, UnexpectedCharacters):
        position = error.pos_in_stream or 0
        return QueryError(f"`{source[position]}` is not expected here", position, source)
    if isinstance(error, UnexpectedEOF):
        return QueryError("The filter ends too early", len(source), source)
    return QueryError("The filter cannot be read", error.pos_in_stream, source)


def _unquote(text: str) -> str:
    return re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1], flags=re.DOTALL
    )


def _position(token: Token) -> int:
    return token.start_pos or 0


@v_args(inline=True)
class _Build(Transformer[Token, Expression]):
    """Build the tree while parsing; each method is named after its rule."""

    def start(self, expression: Expression) -> Expression:
        return expression

    def disjunction(self, *parts: Expression) -> Expression:
        return parts[0] if len(parts) == 1 else Disjunction(parts)

    def conjunction(self, *parts: Expression) -> Expression:
        return parts[0] if len(parts) == 1 else Conjunction(parts)

    def negation(self, part: Expression) -> Expression:
        return Negation(part)

    def same_element(self, name: Name, condition: Expression) -> Expression:
        return SameElement(name, condition)

    def path(self, *names: Token) -> Name:
        return Name(".".join(names), _position(names[0]))

    def compare(self, name: Name, operator: Token, operand: Operand) -> Expression:
        return Comparison(name, str(operator), (operand,))

    def between(self, name: Name, low: Operand, high: Operand) -> Expression:
        return Comparison(name, "BETWEEN", (low, high))

    def any_of(self, name: Name, values: tuple[Operand, ...] | Variable) -> Expression:
        return _on_list(name, "IN", values)

    def all_of(self, name: Name, values: tuple[Operand, ...] | Variable) -> Expression:
        return _on_list(name, "ALL", values)

    def none_of(self, name: Name, values: tuple[Operand, ...] | Variable) -> Expression:
        return _on_list(name, "NOT IN", values)

    def exists(self, name: Name) -> Expression:
        return Comparison(name, "EXISTS", ())

    def match(self, name: Name, operand: Operand) -> Expression:
        return Comparison(name, "MATCH", (operand,))

    def prefix(self, name: Name, operand: Operand) -> Expression:
        return Comparison(name, "PREFIX", (operand,))

    def fuzzy(self, name: Name, operand: Operand) -> Expression:
        return Comparison(name, "FUZZY", (operand,))

    def listed(self, *operands: Operand) -> tuple[Operand, ...]:
        return operands

    def variable_list(self, token: Token) -> Variable:
        return Variable(token[1:], _position(token))

    def string(self, token: Token) -> Operand:
        return Literal(_unquote(token), _position(token))

    def number(self, token: Token) -> Operand:
        whole = re.fullmatch(r"-?[0-9]+", token)
        return Literal(int(token) if whole else float(token), _position(token))

    def true(self, token: Token) -> Operand:
        return Literal(True, _position(token))

    def false(self, token: Token) -> Operand:
        return Literal(False, _position(token))

    def now(self, token: Token) -> Operand:
        steps = re.findall(r"([+-])([0-9]+)([smhdw])", token)
        offset = sum(int(sign + count) * _UNITS[unit] for sign, count, unit in steps)
        return Now(offset, _position(token))

    def variable(self, token: Token) -> Operand:
        return Variable(token[1:], _position(token))


def _on_list(name: Name, operator: str, values: tuple[Operand, ...] | Variable) -> Expression:
    if isinstance(values, Variable):
        return Comparison(name, operator, (), values)
    return Comparison(name, operator, values)
