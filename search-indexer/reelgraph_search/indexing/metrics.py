"""What the indexer counts."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

_KEPT_LAGS = 32


@dataclass
class Metrics:
    """Counters of this process and the latest lags from event to searchable, in seconds."""

    events: int = 0
    malformed_events: int = 0
    unchanged: int = 0
    stale: int = 0
    kept_old: int = 0
    fan_out: int = 0
    lags: dict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=_KEPT_LAGS))
    )

    def observe_lag(self, index: str, seconds: float) -> None:
        """Note how long an event took to become searchable."""
        self.lags[index].append(seconds)

    def lag(self, index: str) -> float | None:
        """The median of the latest lags; None before the first."""
        latest = sorted(self.lags[index])
        return latest[len(latest) // 2] if latest else None
