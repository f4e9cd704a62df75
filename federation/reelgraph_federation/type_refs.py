"""Type references as the SDL writes them: ``Title``, ``[Title!]!``.

They are kept as strings because comparing and sharing strings is the cheapest thing that Python
does; a composition of 50,000 fields has a few thousand distinct ones.
"""

from __future__ import annotations

from functools import lru_cache

_MEMORY = 1 << 16


@lru_cache(maxsize=_MEMORY)
def named(ref: str) -> str:
    """Return the name inside the wrappers: ``[Title!]!`` → ``Title``."""
    return ref.strip("[]!")


def is_required(ref: str) -> bool:
    """Tell whether the outermost wrapper is non-null."""
    return ref[-1] == "!"


def nullable(ref: str) -> str:
    """Return the reference without an outermost ``!``."""
    return ref[:-1] if ref[-1] == "!" else ref


def is_list(ref: str) -> bool:
    """Tell whether the reference, nullable or not, is a list."""
    return ref[0] == "["


def item(ref: str) -> str:
    """Return what the list holds: ``[Title!]!`` → ``Title!``."""
    return nullable(ref)[1:-1]
