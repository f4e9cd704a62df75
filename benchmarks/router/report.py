"""What was measured, and the tables that it makes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Measured:
    """One gateway under one query, once. Times in milliseconds; `answer` as parsed and written anew."""

    cpu: float
    rate: float
    p50: float
    p99: float
    answer: bytes
    peak: float
    failures: int


@dataclass
class Report:
    """The measurements of all rounds."""

    queries: list[str]
    _found: dict[tuple[str, str], list[Measured]] = field(default_factory=lambda: defaultdict(list))
    _starts: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def starts(self, gateway: str, seconds: float, cpu_seconds: float) -> None:
        """Add how long a gateway took to be ready, and with how much CPU."""
        self._starts[gateway].append((seconds, cpu_seconds))

    def add(self, gateway: str, query: str, measured: Measured) -> None:
        """Add a measurement, and tell of it."""
        self._found[gateway, query].append(measured)
        print(
            f"{gateway:38} {query:15}{measured.cpu:8.3f} ms CPU {measured.rate:8.0f}/s "
            f"p50 {measured.p50:7.2f} p99 {measured.p99:7.2f} ms {len(measured.answer) / 1000:7.1f} kB "
            f"peak {measured.peak:5.0f} MB {self._judge(query, measured)}",
            flush=True,
        )

    def _judge(self, query: str, measured: Measured) -> str:
        """Compare with the first gateway's answer."""
        first = next(found[0] for (_, name), found in self._found.items() if name == query)
        said = [f"{measured.failures} FAILED"] if measured.failures else []
        if measured.answer != first.answer:
            said.append("ANSWERS DIFFERENTLY")
        return ", ".join(said) or "same answer"

    def print(self) -> None:
        """Print the medians as a table in Markdown."""
        print(f"\n| CPU ms a request | {' | '.join(self.queries)} | peak MB | ready in s (CPU s) |")
        print("| --- " * (len(self.queries) + 3) + "|")
        for gateway, starts in self._starts.items():
            cells = [f"{self._median(gateway, query, 'cpu'):.3f}" for query in self.queries]
            peak = max(one.peak for query in self.queries for one in self._found[gateway, query])
            seconds, cpu = (median(values) for values in zip(*starts, strict=True))
            print(f"| {gateway} | {' | '.join(cells)} | {peak:.0f} | {seconds:.2f} ({cpu:.2f}) |")
        print(f"\n| requests a second | {' | '.join(self.queries)} |")
        print("| --- " * (len(self.queries) + 1) + "|")
        for gateway in self._starts:
            cells = [f"{self._median(gateway, query, 'rate'):.0f}" for query in self.queries]
            print(f"| {gateway} | {' | '.join(cells)} |")

    def _median(self, gateway: str, query: str, what: str) -> float:
        return median(getattr(one, what) for one in self._found[gateway, query])
