"""The algebra of `@skip` and `@include`: conditions over Boolean variables.

A condition is kept in disjunctive normal form, sorted and without redundant parts, so that equal
conditions mostly compare equal. `ALWAYS` and `NEVER` are its bounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A Boolean variable of the operation, or its negation."""

    variable: str
    negated: bool = False


Condition: TypeAlias = tuple[tuple[Literal, ...], ...]
"""Alternatives (or) of conjunctions (and). `ALWAYS` is `((),)`: one conjunction without literals."""

ALWAYS: Condition = ((),)
NEVER: Condition = ()
_MOST_ALTERNATIVES = 128


class TooManyConditionsError(ValueError):
    """The `@skip` and `@include` directives of an operation combine in too many ways."""

    def __init__(self) -> None:
        super().__init__(
            f"@skip and @include combine in more than {_MOST_ALTERNATIVES} ways at one field;"
            " use fewer variables or split the operation."
        )


def either(one: Condition, other: Condition) -> Condition:
    """Return the condition that holds when one of two holds."""
    if one == other or other == NEVER:
        return one
    if one == NEVER:
        return other
    if one == ALWAYS or other == ALWAYS:
        return ALWAYS
    return _simplify(map(frozenset, (*one, *other)))


def both(one: Condition, other: Condition) -> Condition:
    """Return the condition that holds when both hold."""
    if one == other or other == ALWAYS:
        return one
    if one == ALWAYS:
        return other
    return _simplify(frozenset((*left, *right)) for left in one for right in other)


def without(one: Condition, other: Condition) -> Condition:
    """Return the condition that holds when one holds and the other does not."""
    for conjunction in other:
        negated = tuple(
            (Literal(literal.variable, not literal.negated),) for literal in conjunction
        )
        one = both(one, negated)
    return one


def implies(one: Condition, other: Condition) -> bool:
    """Tell whether `other` surely holds whenever `one` does (it may say no where it does)."""
    if other == ALWAYS or one == other:
        return True
    return all(any(set(right) <= set(left) for right in other) for left in one)


def variables_of(condition: Condition) -> set[str]:
    """Return the names of the variables in a condition."""
    return {literal.variable for conjunction in condition for literal in conjunction}


def holds(condition: Condition, values: dict[str, object]) -> bool:
    """Evaluate a condition on coerced variable values."""
    return any(
        all(bool(values.get(one.variable)) != one.negated for one in conjunction)
        for conjunction in condition
    )


def _simplify(conjunctions: Iterable[frozenset[Literal]]) -> Condition:
    found = {one for one in conjunctions if not _is_impossible(one)}
    while True:
        found = {one for one in found if not any(other < one for other in found)}
        if len(found) > _MOST_ALTERNATIVES:
            raise TooManyConditionsError
        joined = _join_complements(found)
        if joined is None:
            break
        found = joined
    return tuple(sorted(tuple(sorted(one)) for one in found))


def _is_impossible(conjunction: frozenset[Literal]) -> bool:
    return any(Literal(one.variable, not one.negated) in conjunction for one in conjunction)


def _join_complements(found: set[frozenset[Literal]]) -> set[frozenset[Literal]] | None:
    """Apply `(a and x) or (a and not x) = a` once; `None` when it does not apply."""
    for one in sorted(found, key=sorted):
        for literal in sorted(one):
            twin = (one - {literal}) | {Literal(literal.variable, not literal.negated)}
            if twin in found:
                return (found - {one, twin}) | {one - {literal}}
    return None
