"""What an appliance knows: its keys and revocations, when it last heard, what it has served."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reelgraph_kit.clock import Clock
from subgraphs.playback.control.report import HealthPart, Reply
from subgraphs.playback.signed_urls import UrlKey
from subgraphs.playback.steering.fleet import MISSED_UNTIL_DOWN, REPORT_INTERVAL

_BITS = 8
_GIGA = 1e9


@dataclass(slots=True)
class Meter:
    """Counts between two reports."""

    bytes_sent: int = 0
    errors_5xx: int = 0
    connections: int = 0
    first_bytes: list[float] = field(default_factory=list)
    fill_seconds: float = 0.0
    since: float = field(default_factory=time.monotonic)

    def read(self, now: datetime, fill_active: bool) -> HealthPart:
        """Return the measures since the last reading, and begin anew."""
        moment = time.monotonic()
        elapsed = max(0.001, moment - self.since)
        ordered = sorted(self.first_bytes)
        part = HealthPart(
            gbps=self.bytes_sent * _BITS / elapsed / _GIGA,
            connections=self.connections,
            disk_busy=min(1.0, self.fill_seconds / elapsed),
            errors_5xx=self.errors_5xx,
            first_byte_p95_ms=ordered[int(len(ordered) * 0.95)] * 1000 if ordered else 0.0,
            fill_active=fill_active,
            clock=now,
        )
        self.bytes_sent, self.errors_5xx, self.fill_seconds, self.since = 0, 0, 0.0, moment
        self.first_bytes.clear()
        return part


@dataclass(slots=True)
class ApplianceState:
    """What the last reply said, and the meter."""

    clock: Clock
    keys: Mapping[str, UrlKey] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    heard_at: datetime | None = None
    meter: Meter = field(default_factory=Meter)

    def take(self, reply: Reply) -> None:
        """Follow a reply."""
        self.keys = {each.id: each.key() for each in reply.keys}
        self.revoked = frozenset(reply.revoked)
        self.heard_at = self.clock()

    @property
    def may_serve(self) -> bool:
        """Whether the control plane was heard of lately; an appliance that lost it stops serving."""
        if self.heard_at is None:
            return False
        return self.clock() - self.heard_at < REPORT_INTERVAL * MISSED_UNTIL_DOWN
