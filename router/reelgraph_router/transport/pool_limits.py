"""What one subgraph's pool of connections may take."""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_router import defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """Bounds of one subgraph's pool. Sizes in bytes, times in seconds."""

    connections: int = defaults.SUBGRAPH_CONNECTIONS
    waiting: int = 4096
    answer_bytes: int = defaults.MOST_ANSWER_BYTES
    keep_alive: float = 4.0
    connect_timeout: float = 5.0
