"""Spoil a supergraph's SDL at random, as a bad disk, a bad merge or an attacker might."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_TOKEN = re.compile(
    r'"""(?:[^"]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|[_A-Za-z][_0-9A-Za-z]*|-?\d+|\S|\s+'
)
_STRANGE = (
    '""', '"' + "x" * 5000 + '"', '"{"', '"..."', '"... on Query { __typename }"', '"id { id { id } }"', "5", "null",
    "-99999999999999999999", "true", "[]", "[[[[[]]]]]", "{a: {a: {}}}", "[String", "\ufeff", "\x00", "\ud83d\ude00", "__Type",
    "Query", "join__Graph", "String", "Int!", "@join__type", "@inaccessible", "extend", "}", "{", "$x",
)  # fmt: skip

Mutation = Callable[[random.Random, list[str]], None]


def mutate(sdl: str, dice: random.Random) -> str:
    """Return the SDL with one to four mutations."""
    tokens = _TOKEN.findall(sdl)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        dice.choice(_MUTATIONS)(dice, tokens)
    return "".join(tokens)


def _place(dice: random.Random, tokens: list[str]) -> int:
    """Return the index of a token that is no white space."""
    for _ in range(20):
        index = dice.randrange(len(tokens))
        if not tokens[index].isspace():
            return index
    return 0


def _truncate(dice: random.Random, tokens: list[str]) -> None:
    del tokens[max(1, _place(dice, tokens)) :]


def _drop(dice: random.Random, tokens: list[str]) -> None:
    tokens[_place(dice, tokens)] = " "


def _drop_many(dice: random.Random, tokens: list[str]) -> None:
    start = _place(dice, tokens)
    tokens[start : start + dice.randint(2, 30)] = [" "]


def _strange(dice: random.Random, tokens: list[str]) -> None:
    tokens[_place(dice, tokens)] = dice.choice(_STRANGE)


def _other_token(dice: random.Random, tokens: list[str]) -> None:
    """Put another token of the same kind: another name, another string."""
    index = _place(dice, tokens)
    first = tokens[index][0]
    like = [
        one
        for one in tokens
        if (one[0] == '"') == (first == '"') and one[0].isalpha() == first.isalpha()
    ]
    tokens[index] = dice.choice(like)


def _rename_everywhere(dice: random.Random, tokens: list[str]) -> None:
    """Call one thing by another's name, in all places."""
    names = [one for one in tokens if one[0].isalpha()]
    old, new = dice.choice(names), dice.choice(names)
    tokens[:] = [new if one == old else one for one in tokens]


def _repeat(dice: random.Random, tokens: list[str]) -> None:
    start = _place(dice, tokens)
    part = tokens[start : start + dice.randint(1, 40)]
    tokens[start:start] = [*part, " "]


_MUTATIONS: tuple[Mutation, ...] = (
    _truncate, _drop, _drop_many, _strange, _other_token, _other_token, _other_token,
    _rename_everywhere, _repeat,
)  # fmt: skip
