"""What one client, and all clients together, may make a process hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of a server's connections. Sizes in bytes, times in seconds."""

    head_bytes: int = 32_768
    headers: int = 200
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    keep_alive_seconds: float = 5.0
    write_seconds: float = 30.0
    connections: int = 10_000
    unfinished_bytes: int = 128_000_000
    message_bytes: int = 16_000_000

    def sweep_seconds(self) -> float:
        """How often connections are looked at: a quarter of the shortest time, within reason."""
        shortest = min(self.head_seconds, self.body_seconds, self.write_seconds)
        return min(1.0, max(0.01, shortest / 4))
