"""The tree that the parser makes: what was written and where, nothing checked yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class QueryError(ValueError):
    """A filter that cannot be used; the message names the position and the remedy.

    The text is for clients: it quotes only the filter itself and the names of the index.
    """

    def __init__(self, message: str, position: int | None = None, source: str = "") -> None:
        self.position = position
        self.reason = message
        super().__init__(message if position is None else _placed(message, position, source))


def _placed(message: str, position: int, source: str) -> str:
    line = source.count("\n", 0, position) + 1
    column = position - (source.rfind("\n", 0, position) + 1) + 1
    return f"{message} (line {line}, column {column})"


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path as written."""

    path: str
    position: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number or boolean."""

    value: str | int | float | bool
    position: int


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the search, moved by `offset` seconds."""

    offset: int
    position: int


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`, whose value comes with the search."""

    name: str
    position: int


Operand: TypeAlias = Literal | Now | Variable


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path OPERATOR operand…`; `operator` is the word or sign as written."""

    name: Name
    operator: str
    operands: tuple[Operand, ...]
    whole_list: Variable | None = None


@dataclass(frozen=True, slots=True)
class SameElement:
    """`path{ … }`: one element of the list meets the whole condition."""

    name: Name
    condition: Expression


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All parts hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """At least one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: Expression


Expression: TypeAlias = Comparison | SameElement | Conjunction | Disjunction | Negation
