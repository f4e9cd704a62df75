"""Who a profile may watch for."""

from __future__ import annotations

from enum import Enum


class MaturityLevel(Enum):
    """Who a title is made for, from everyone up; the value is the age."""

    ALL = 0
    SEVEN = 7
    THIRTEEN = 13
    SIXTEEN = 16
    EIGHTEEN = 18


KIDS_LIMIT = MaturityLevel.SEVEN


def limit_maturity(asked: MaturityLevel, kids: bool) -> MaturityLevel:
    """Return the maturity of a profile: what was asked, and for kids never above SEVEN."""
    return KIDS_LIMIT if kids and asked.value > KIDS_LIMIT.value else asked
