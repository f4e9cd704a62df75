"""When each fetch of a run began and ended, for people who look into a plan."""

from __future__ import annotations

import time

from reelgraph_router.transport.port import Outcome, SubgraphAnswer


class Timeline:
    """Fetches with their times in milliseconds since the run's start; kept only when asked for."""

    def __init__(self) -> None:
        self._origin = time.perf_counter()
        self._fetches: dict[int, dict[str, object]] = {}

    def begin(self, number: int, subgraph: str, body: bytes) -> None:
        """A request leaves."""
        self._fetches[number] = {
            "id": number,
            "subgraph": subgraph,
            "startedAt": self._now(),
            "requestBytes": len(body),
        }

    def end(self, number: int, outcome: Outcome) -> None:
        """Its outcome is there."""
        entry = self._fetches[number]
        entry["endedAt"] = self._now()
        if isinstance(outcome, SubgraphAnswer):
            entry["status"] = outcome.status
            entry["answerBytes"] = len(outcome.body)
        else:
            entry["fault"] = outcome.kind.name

    def to_json(self) -> list[dict[str, object]]:
        """The fetches in the order in which they began."""
        return list(self._fetches.values())

    def _now(self) -> float:
        return round((time.perf_counter() - self._origin) * 1000, 3)
