"""Conditions: the algebra agrees with truth tables."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelgraph_federation.operations.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Literal,
    TooManyConditionsError,
    both,
    either,
    holds,
    implies,
    variables_of,
)

NAMES = ("a", "b", "c")
ROWS = [dict(zip(NAMES, row, strict=True)) for row in product((True, False), repeat=3)]


def condition_of(variable: str, negated: bool) -> Condition:
    return ((Literal(variable, negated),),)


CONDITIONS = st.recursive(
    st.one_of(
        st.sampled_from([ALWAYS, NEVER]),
        st.builds(condition_of, st.sampled_from(NAMES), st.booleans()),
    ),
    lambda inner: st.builds(
        lambda one, other, is_or: either(one, other) if is_or else both(one, other),
        inner,
        inner,
        st.booleans(),
    ),
    max_leaves=8,
)


@given(CONDITIONS, CONDITIONS)
def test_either_and_both_agree_with_truth_tables(one: Condition, other: Condition) -> None:
    for row in ROWS:
        values: dict[str, object] = dict(row)
        left, right = holds(one, values), holds(other, values)
        assert holds(either(one, other), values) == (left or right)
        assert holds(both(one, other), values) == (left and right)


@given(CONDITIONS, CONDITIONS)
def test_implies_never_says_yes_wrongly(one: Condition, other: Condition) -> None:
    if implies(one, other):
        for row in ROWS:
            values: dict[str, object] = dict(row)
            assert holds(other, values) or not holds(one, values)


@given(CONDITIONS)
def test_a_condition_implies_itself_and_names_its_variables(one: Condition) -> None:
    assert implies(one, one)
    assert variables_of(one) <= set(NAMES)


def test_a_condition_and_its_opposite_cancel_out() -> None:
    one, other = condition_of("a", False), condition_of("a", True)
    assert either(one, other) == ALWAYS
    assert both(one, other) == NEVER


def test_too_many_alternatives_are_refused() -> None:
    def combine(pairs: int) -> Condition:
        condition: Condition = ALWAYS
        for number in range(pairs):
            pair = either(condition_of(f"a{number}", False), condition_of(f"b{number}", False))
            condition = both(condition, pair)
        return condition

    assert len(combine(7)) == 128
    with pytest.raises(TooManyConditionsError, match="more than 128 ways"):
        combine(8)
