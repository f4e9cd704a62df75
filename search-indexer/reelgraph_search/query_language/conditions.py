"""Conditions: what a checked filter says, in the few forms that every back end knows.

Values have the type of their field: keywords and texts `str`, dates whole milliseconds since 1970
UTC. Paths are absolute, also inside `Some`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reelgraph_search.index_config.mapping import MappedField

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Everything:
    """Holds for each document."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Holds for no document."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Some value of the field equals one of `values` (not empty)."""

    field: MappedField
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Some value of the field lies within the bounds; None is an open end."""

    field: MappedField
    low: int | float | None = None
    high: int | float | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """The field holds a value; an object field holds an object, a list at least one."""

    field: MappedField


@dataclass(frozen=True, slots=True)
class Match:
    """All terms of the text are among the terms of the field, in any order."""

    field: MappedField
    text: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Like `Match`, each term within the edits that `allowed_edits` gives its length."""

    field: MappedField
    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Some value begins with the text, letter for letter."""

    field: MappedField
    text: str


@dataclass(frozen=True, slots=True)
class WordsBegin:
    """For each of the folded words, a word of the field begins with it (`suggest` fields)."""

    field: MappedField
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueBegins:
    """Some folded value begins with the folded text (`suggest` fields)."""

    field: MappedField
    text: str


@dataclass(frozen=True, slots=True)
class Some:
    """One element of the list field meets the condition."""

    field: MappedField
    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition: TypeAlias = (
    Everything
    | Nothing
    | OneOf
    | Range
    | Exists
    | Match
    | Fuzzy
    | Prefix
    | WordsBegin
    | ValueBegins
    | Some
    | And
    | Or
    | Not
)


def allowed_edits(term: str) -> int:
    """Edits that a fuzzy match forgives: none up to 2 characters, one up to 5, else two."""
    return 0 if len(term) <= 2 else 1 if len(term) <= 5 else 2


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts that are AND-ed at the top."""
    match condition:
        case Everything():
            return ()
        case And(parts):
            return tuple(inner for part in parts for inner in conjuncts(part))
        case _:
            return (condition,)


def all_of(*parts: Condition) -> Condition:
    """AND that leaves out what always holds."""
    kept = tuple(part for part in parts if not isinstance(part, Everything))
    return Everything() if not kept else kept[0] if len(kept) == 1 else And(kept)


def paths(condition: Condition) -> frozenset[str]:
    """The paths of all fields that a condition reads."""
    match condition:
        case Everything() | Nothing():
            return frozenset()
        case And(parts) | Or(parts):
            return frozenset().union(*(paths(part) for part in parts))
        case Not(part):
            return paths(part)
        case Some(field, inner):
            return paths(inner) | {field.path}
        case _:
            return frozenset({condition.field.path})
