"""What one subgraph's pool of connections may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Bounds of one subgraph's pool. Sizes in bytes, times in seconds."""

    connections: int = 128
    waiting: int = 4096
    answer_bytes: int = 64 * 1024 * 1024
    keep_alive: float = 4.0
    connect_timeout: float = 5.0
