"""Pass: tell at which places a field stands that is selected several times under conditions.

Of the occurrences of a response name the first that is not excluded counts: it gives the place in
the response and, at a mutation's root, when the field runs (GraphQL, section 6.3.2 "Field
Collection" and 6.2.2 "Mutation").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from reelgraph_federation.operations.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    TooManyConditionsError,
    either,
    without,
)
from reelgraph_federation.operations.passes.inline_fragments import Entry

Turn: TypeAlias = tuple[int, Condition]
"""A place, and when the field stands there. The conditions of a field's turns exclude each other."""

_MOST_IN_RESPONSES = 8
"""Different conditions."""


def find_turns(group: Sequence[tuple[int, Entry]]) -> list[Turn]:
    """Return the places of one response name's occurrences; neighbours share a place.

    Raises `TooManyConditionsError`.
    """
    turns: list[Turn] = []
    before: Condition = NEVER
    last, joined = group[0][0], False  # joined: nothing else stands between the last turn and here
    for order, entry in group:
        if before == ALWAYS:
            break
        joined, last = joined and order == last + 1, order
        condition = without(entry.condition, before)
        if condition == NEVER:
            continue
        if joined:
            turns[-1] = turns[-1][0], either(turns[-1][1], condition)
        else:
            turns.append((order, condition))
            joined = True
        before = either(before, entry.condition)
    return turns


def find_places(group: Sequence[tuple[int, Entry]]) -> tuple[Turn, ...]:
    """Return the places in the response; none where it is that of the first occurrence."""
    if len(group) == 1 or group[0][1].condition == ALWAYS:
        return ()
    if len({entry.condition for _, entry in group}) > _MOST_IN_RESPONSES:
        return ()
    try:
        turns = find_turns(group)
    except TooManyConditionsError:
        return ()  # only the order of keys is lost
    return tuple(turns) if len(turns) > 1 else ()
