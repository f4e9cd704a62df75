"""The moment after which nobody waits for the answer any more."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment in unix milliseconds, as the `Reelgraph-Deadline` header has it."""

    unix_ms: int

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Make the deadline that is `seconds` from now."""
        return cls(int((time.time() + seconds) * 1000))

    @property
    def remaining(self) -> float:
        """Seconds left; 0 when it has passed."""
        return max(0.0, self.unix_ms / 1000 - time.time())

    @property
    def passed(self) -> bool:
        """Whether nobody waits any more."""
        return self.remaining == 0.0

    def earlier(self, other: Deadline | None) -> Deadline:
        """Return the earlier of two deadlines."""
        return self if other is None or self.unix_ms <= other.unix_ms else other


def parse_deadline(value: str) -> Deadline:
    """Read the header's value; raises `ValueError` unless it is a plain positive number."""
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise ValueError("a deadline is a number of unix milliseconds")
    return Deadline(int(value))
