"""Choices for the generators: from hypothesis (which shrinks them) or from a seeded generator."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

T = TypeVar("T")


class Source(Protocol):
    """Where numbers come from; 0 is the simplest."""

    def below(self, bound: int) -> int:
        """Return a number from 0 to bound - 1."""


class HypothesisSource:
    def __init__(self, data: DataObject) -> None:
        self._data = data

    def below(self, bound: int) -> int:
        return 0 if bound <= 1 else self._data.draw(st.integers(0, bound - 1))


class SeededSource:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


class Dice:
    """Choices in the words of the generators. Simple outcomes come first, for shrinking."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def upto(self, most: int, least: int = 0) -> int:
        return least + self._source.below(most - least + 1)

    def chance(self, percent: int) -> bool:
        """Be true in so many of a hundred cases."""
        return self._source.below(100) >= 100 - percent

    def one_of(self, options: Sequence[T]) -> T:
        return options[self._source.below(len(options))]

    def some(self, options: Sequence[T], percent: int = 50) -> list[T]:
        return [one for one in options if self.chance(percent)]

    def at_least_one(self, options: Sequence[T], percent: int = 40) -> list[T]:
        first = self.one_of(options)
        return [one for one in options if one is first or self.chance(percent)]
