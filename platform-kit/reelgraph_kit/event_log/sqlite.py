"""The embedded event log: one SQLite file in WAL mode, shared by the processes of a machine.

One consumer of a group has the work at a time (a lease of some seconds that it keeps renewing);
the others stand by and take over when it leaves or dies. That gives what one Kafka partition
gives: order per key, at-least-once delivery, no two consumers of a group at once.

Consumers in the publishing process are woken at once; those in other processes look every
50 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar

from reelgraph_kit.event_log.port import BATCH, Event, EventLogError, LostOwnership, NewEvent, Start
from reelgraph_kit.sqlite_worker import SqliteWorker

T = TypeVar("T")

POLL_SECONDS = 0.05
LEASE_SECONDS = 5.0
_SWEEP_EVERY_SECONDS = 600.0

_open_logs: weakref.WeakSet[SqliteEventLog] = weakref.WeakSet()
_open_logs_lock = threading.Lock()


class SqliteEventLog:
    """Event log in the file at `path`; events older than `retention_seconds` are removed."""

    def __init__(self, path: Path, retention_seconds: float = 7 * 24 * 3600.0) -> None:
        self.path = path.absolute()
        self._retention = retention_seconds
        self._worker = SqliteWorker(path, files(__package__).joinpath("sqlite.sql").read_text())
        self._next_sweep = 0.0
        self._consumers: set[SqliteConsumer] = set()
        with _open_logs_lock:
            _open_logs.add(self)

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Append one event; it is on disk on return."""
        await self.publish_many([NewEvent(topic, key, value)])

    async def publish_many(self, events: Sequence[NewEvent]) -> None:
        """Append events in one transaction and wake who waits for them."""
        now = time.time()
        rows = [(event.topic, event.key, event.value, now) for event in events]
        await self.write(lambda connection: _append(connection, rows))
        _wake_consumers(self.path, {event.topic for event in events})
        if now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_EVERY_SECONDS
            await self.write(lambda connection: _remove_older(connection, now - self._retention))

    async def consumer(self, topic: str, group: str, start: Start = "earliest") -> SqliteConsumer:
        """Join a consumer group."""
        await self.write(lambda connection: _create_group(connection, topic, group, start))
        consumer = SqliteConsumer(self, topic, group)
        self._consumers.add(consumer)
        return consumer

    async def ping(self) -> None:
        """Read from the file."""
        await self.read(lambda connection: connection.execute("SELECT 1 FROM event LIMIT 1"))

    async def close(self) -> None:
        """Close the consumers and the file."""
        if self._worker.closed:
            return
        for consumer in list(self._consumers):
            await consumer.close()
        with _open_logs_lock:
            _open_logs.discard(self)
        await self._worker.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the file in one writing transaction; raises `EventLogError`."""
        with self._errors():
            return await self._worker.write(work)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` that only reads; raises `EventLogError`."""
        with self._errors():
            return await self._worker.read(work)

    def forget(self, consumer: SqliteConsumer) -> None:
        """Drop a consumer that has closed."""
        self._consumers.discard(consumer)

    def wake(self, topics: set[str]) -> None:
        """Wake this log's consumers of some topics; callable from any thread."""
        for consumer in list(self._consumers):
            if consumer.topic in topics:
                consumer.wake()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise EventLogError(f"Event log {self.path}: {error}") from error


class SqliteConsumer:
    """One member of a consumer group on a `SqliteEventLog`."""

    def __init__(self, log: SqliteEventLog, topic: str, group: str) -> None:
        self.topic = topic
        self._log = log
        self._group = group
        self._owner = uuid.uuid4().hex
        self._fetched: int | None = None  # None: begin with what the group has committed
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._renewal: asyncio.Task[None] | None = None
        self._closed = False

    async def fetch(self, limit: int = BATCH, wait_seconds: float | None = None) -> list[Event]:
        """Return the next events, waiting for the first of them."""
        deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
        while not self._closed:
            self._woken.clear()
            events = await self._take(limit)
            if events:
                return events
            left = POLL_SECONDS if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return []
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, POLL_SECONDS)):
                    await self._woken.wait()
        raise EventLogError("The consumer is closed.")

    async def commit(self) -> None:
        """Store the group's offset, provided that this consumer still has the work."""
        done = self._fetched
        if done is None:
            return
        await self._log.write(
            lambda connection: _commit(connection, self.topic, self._group, self._owner, done)
        )

    async def rewind(self) -> None:
        """Begin again with what the group has committed."""
        self._fetched = None

    async def close(self) -> None:
        """Give the work back, so that another consumer of the group can go on at once."""
        if self._closed:
            return
        self._closed = True
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)
        self._log.forget(self)
        await self._log.write(
            lambda connection: _release(connection, self.topic, self._group, self._owner)
        )
        _wake_consumers(self._log.path, {self.topic})

    def wake(self) -> None:
        """End the wait for events; callable from any thread."""
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _take(self, limit: int) -> list[Event]:
        group = await self._log.read(lambda connection: _group(connection, self.topic, self._group))
        if group.owner != self._owner:
            self._fetched = None
            if not group.is_free(time.time()) or not await self._become_owner():
                return []
        after = group.committed if self._fetched is None else self._fetched
        events = await self._log.read(
            lambda connection: _read(connection, self.topic, after, limit)
        )
        self._fetched = events[-1].offset if events else after
        return events

    async def _become_owner(self) -> bool:
        taken = await self._log.write(
            lambda connection: _acquire(connection, self.topic, self._group, self._owner)
        )
        if taken and self._renewal is None:
            self._renewal = asyncio.create_task(self._renew_for_ever())
        return taken

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with contextlib.suppress(EventLogError):
                await self._log.write(
                    lambda connection: _renew(connection, self.topic, self._group, self._owner)
                )


def _wake_consumers(path: Path, topics: set[str]) -> None:
    with _open_logs_lock:
        logs = [log for log in _open_logs if log.path == path]
    for log in logs:
        log.wake(topics)


def _append(connection: sqlite3.Connection, rows: list[tuple[str, str, bytes, float]]) -> None:
    connection.executemany(
        "INSERT INTO event (topic, key, value, published_at) VALUES (?, ?, ?, ?)", rows
    )


def _remove_older(connection: sqlite3.Connection, moment: float) -> None:
    connection.execute("DELETE FROM event WHERE published_at < ?", (moment,))


def _create_group(connection: sqlite3.Connection, topic: str, group: str, start: Start) -> None:
    newest = "(SELECT coalesce(max(id), 0) FROM event)" if start == "latest" else "0"
    connection.execute(
        "INSERT INTO consumer_group (topic, name, committed) "
        f"VALUES (?, ?, {newest}) ON CONFLICT DO NOTHING",
        (topic, group),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    committed: int
    owner: str | None
    owned_until: float

    def is_free(self, now: float) -> bool:
        return self.owner is None or self.owned_until <= now


def _group(connection: sqlite3.Connection, topic: str, group: str) -> _Group:
    row = connection.execute(
        "SELECT committed, owner, owned_until FROM consumer_group WHERE topic = ? AND name = ?",
        (topic, group),
    ).fetchone()
    return _Group(*row)


def _acquire(connection: sqlite3.Connection, topic: str, group: str, owner: str) -> bool:
    """Take the lease unless another consumer was faster."""
    now = time.time()
    updated = connection.execute(
        "UPDATE consumer_group SET owner = ?, owned_until = ? "
        "WHERE topic = ? AND name = ? AND (owner IS NULL OR owned_until <= ?)",
        (owner, now + LEASE_SECONDS, topic, group, now),
    )
    return updated.rowcount == 1


def _read(connection: sqlite3.Connection, topic: str, after: int, limit: int) -> list[Event]:
    rows = connection.execute(
        "SELECT id, key, value, published_at FROM event "
        "WHERE topic = ? AND id > ? ORDER BY id LIMIT ?",
        (topic, after, limit),
    ).fetchall()
    return [
        Event(topic, key, value, offset, datetime.fromtimestamp(published, UTC))
        for offset, key, value, published in rows
    ]


def _commit(connection: sqlite3.Connection, topic: str, group: str, owner: str, done: int) -> None:
    updated = connection.execute(
        "UPDATE consumer_group SET committed = max(committed, ?), owned_until = ? "
        "WHERE topic = ? AND name = ? AND owner = ?",
        (done, time.time() + LEASE_SECONDS, topic, group, owner),
    )
    if updated.rowcount == 0:
        raise LostOwnership(f"Group {group!r} of topic {topic!r} is read by another consumer.")


def _renew(connection: sqlite3.Connection, topic: str, group: str, owner: str) -> None:
    connection.execute(
        "UPDATE consumer_group SET owned_until = ? WHERE topic = ? AND name = ? AND owner = ?",
        (time.time() + LEASE_SECONDS, topic, group, owner),
    )


def _release(connection: sqlite3.Connection, topic: str, group: str, owner: str) -> None:
    connection.execute(
        "UPDATE consumer_group SET owner = NULL, owned_until = 0 "
        "WHERE topic = ? AND name = ? AND owner = ?",
        (topic, group, owner),
    )
