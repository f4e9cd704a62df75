"""Count what clients asked for: bounded memory, little work a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import uuid4

from reelgraph_federation.operations.usage import OperationUse

Json = dict[str, object]

MAX_OPERATIONS = 5_000
"""Operations by client that one batch holds; what comes beyond is counted as lost."""
MAX_COORDINATES = 5_000
MAX_TEXT = 100

Client = tuple[str, str]
"""Name and version; empty where they are not known."""
NO_CLIENT: Client = ("", "")


@dataclass(frozen=True, slots=True, eq=False)
class CountedOperation:
    """What reports say about an operation."""

    signature: str
    name: str
    use: OperationUse


@dataclass(slots=True)
class _Sum:
    operation: CountedOperation
    client: Client
    count: int = 0
    errors: int = 0
    milliseconds: float = 0.0
    coordinates: set[str] = field(default_factory=set)

    def to_json(self) -> Json:
        """The entry of a batch."""
        used = sorted(self.operation.use.coordinates | self.coordinates)
        return {
            "signature": self.operation.signature,
            "name": self.operation.name[:MAX_TEXT],
            "client": self.client[0],
            "clientVersion": self.client[1],
            "count": self.count,
            "errors": self.errors,
            "durationMs": round(self.milliseconds, 3),
            "coordinates": used[:MAX_COORDINATES],
        }


class UsageCounter:
    """Sums by operation and client since the last batch."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, Client], _Sum] = {}
        self.lost = 0

    def count(
        self, operation: CountedOperation, client: Client, variables: Mapping[str, object],
        seconds: float, *, failed: bool,
    ) -> None:  # fmt: skip
        """Count one request."""
        key = (operation.signature, client)
        found = self._sums.get(key)
        if found is None:
            if len(self._sums) >= MAX_OPERATIONS:
                self.lost += 1
                return
            found = self._sums[key] = _Sum(operation, client)
        found.count += 1
        found.errors += failed
        found.milliseconds += seconds * 1000
        if operation.use.inputs and len(found.coordinates) < MAX_COORDINATES:
            found.coordinates |= operation.use.of_variables(variables)

    def take(self) -> Batch | None:
        """Everything counted since the last time; None when that is nothing."""
        sums, self._sums = self._sums, {}
        if not sums:
            return None
        return Batch(str(uuid4()), tuple(sums.values()))


@dataclass(frozen=True, slots=True)
class Batch:
    """What one report says; sending it again does no harm."""

    id: str
    sums: tuple[_Sum, ...]

    @property
    def requests(self) -> int:
        """How many requests it tells of."""
        return sum(one.count for one in self.sums)

    def to_json(self) -> Json:
        """The body of the report."""
        return {"id": self.id, "operations": [one.to_json() for one in self.sums]}


def client_of(name: bytes, version: bytes) -> Client:
    """A client as its headers name it: printable, and not too long."""
    return _client_of(name[: 4 * MAX_TEXT], version[: 4 * MAX_TEXT])


@lru_cache(maxsize=1024)
def _client_of(name: bytes, version: bytes) -> Client:
    return _plain(name), _plain(version)


def _plain(text: bytes) -> str:
    decoded = text.decode("utf-8", "replace")[:MAX_TEXT]
    return "".join(letter for letter in decoded if letter.isprintable()).strip()
