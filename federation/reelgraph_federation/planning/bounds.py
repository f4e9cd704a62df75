"""Lower bounds: since which wave something can be had, each taken alone.

Bounds are combined with `min` (one of several ways is enough) and `max` (all parts are needed), so that
what can never be had is a number here, greater than every wave. It stays within the files that find bounds;
what they tell the search is `None`.
"""

from __future__ import annotations

NEVER_REACHED = 1 << 30


def in_time(wave: int, latest: int | None) -> bool:
    """Tell whether a wave is not after the latest one allowed; `None`: any is allowed."""
    return latest is None or wave <= latest


def wave_or_none(wave: int) -> int | None:
    """Return a bound as the search takes it: `None` when there is none."""
    return wave if wave < NEVER_REACHED else None
