"""The port of the event log, and the values that go through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, Self

Start = Literal["earliest", "latest"]
"""Where a group that has never committed begins: with all that is kept, or with what comes."""


BATCH = 500
"""Events fetched at once where nothing else is said."""


class EventLogError(Exception):
    """The event log could not do what was asked; trying again later may help."""


class LostOwnership(EventLogError):
    """Another consumer of the group took over; what was fetched will be delivered to it."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to publish; events of one topic with the same key keep their order."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """A published event. Offsets grow within a partition; gaps are normal."""

    topic: str
    key: str
    value: bytes
    offset: int
    published_at: datetime
    partition: int = 0


class Consumer(Protocol):
    """One member of a consumer group; several share the work, each event goes to one of them."""

    async def fetch(self, limit: int = BATCH, wait_seconds: float | None = None) -> list[Event]:
        """Return the next events, oldest first, at most `limit`.

        Waits until there is at least one, or `wait_seconds` (then the list is empty); None
        waits for ever. Raises `EventLogError`.
        """
        ...

    async def commit(self) -> None:
        """Remember that everything fetched so far is done.

        Raises `LostOwnership` when the group has moved the work to another consumer.
        """
        ...

    async def rewind(self) -> None:
        """Fetch again what was fetched but not committed."""
        ...

    async def close(self) -> None:
        """Leave the group; what was not committed goes to another consumer."""
        ...


class EventLog(Protocol):
    """Topics of events that outlive the processes which write and read them."""

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Append one event; it is durable on return. Raises `EventLogError`."""
        ...

    async def publish_many(self, events: Sequence[NewEvent]) -> None:
        """Append events in order; all are durable on return. Raises `EventLogError`."""
        ...

    async def consumer(self, topic: str, group: str, start: Start = "earliest") -> Consumer:
        """Join a consumer group of a topic, making both when they are new."""
        ...

    async def ping(self) -> None:
        """Return when the log can be reached; raises `EventLogError`."""
        ...

    async def close(self) -> None:
        """Release everything, consumers included."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...
