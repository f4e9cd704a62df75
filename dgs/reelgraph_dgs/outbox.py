"""Tell other services of a write, in the transaction of the write.

`record_change` puts a change event into the table `reelgraph_outbox` together with the rows it
tells of: both are committed or neither. `OutboxRelay` publishes what is committed and deletes
it afterwards, so a crash in between publishes it twice and never loses it. Consumers know an
event again by its `id`.

Order: events leave in the order of their ids. Writers of one entity hold its row before they
record its change, so the changes of one key keep their order on PostgreSQL too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Delete,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from reelgraph_kit.event_log import EventLog, NewEvent

CHANGES_TOPIC = "graph.changes"
"""Topic of the changes of entities, from all subgraphs."""

EntityKey = str | Mapping[str, str | int]
"""An entity's key fields, or the value of `id`."""

Operation = Literal["UPSERT", "DELETE"]

BATCH = 200
POLL_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 10.0
_logger = logging.getLogger("reelgraph.outbox")
_relays: weakref.WeakSet[OutboxRelay] = weakref.WeakSet()

outbox_metadata = MetaData()
outbox_table = Table(
    "reelgraph_outbox",
    outbox_metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("topic", String(200), nullable=False),
    Column("key", String(1000), nullable=False),
    Column("value", LargeBinary, nullable=False),
    # Ids of events that were deleted must not come again, or their order would be lost.
    sqlite_autoincrement=True,
)

_OLDEST = select(outbox_table).order_by(outbox_table.c.id).limit(BATCH)


def add_outbox_table(metadata: MetaData) -> Table:
    """Add the outbox's table to a service's own metadata, for `create_tables` or migrations."""
    return outbox_table.to_metadata(metadata)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an entity; `affects` names entities that show it without changing themselves."""

    type: str
    key: EntityKey
    op: Operation = "UPSERT"
    version: int | None = None
    affects: Sequence[tuple[str, EntityKey]] = ()
    occurred_at: datetime | None = None


async def record_change(
    session: AsyncSession | AsyncConnection,
    type: str,
    key: EntityKey,
    op: Operation = "UPSERT",
    *,
    version: int | None = None,
    affects: Sequence[tuple[str, EntityKey]] = (),
    occurred_at: datetime | None = None,
) -> None:
    """Record in the open transaction that an entity changed.

    `affects` names entities that show the change though they did not change themselves.
    """
    await record_changes(session, [Change(type, key, op, version, affects, occurred_at)])


async def record_changes(
    session: AsyncSession | AsyncConnection, changes: Sequence[Change]
) -> None:
    """Record many changes with one statement."""
    await add_events(session, [_event(change) for change in changes])


async def add_event(
    session: AsyncSession | AsyncConnection, topic: str, key: str, value: bytes
) -> None:
    """Put any event into the outbox, in the open transaction."""
    await add_events(session, [NewEvent(topic, key, value)])


async def add_events(session: AsyncSession | AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Put many events into the outbox with one statement, in the open transaction."""
    if not events:
        return
    rows = [{"topic": new.topic, "key": new.key, "value": new.value} for new in events]
    await session.execute(insert(outbox_table), rows)
    if isinstance(session, AsyncSession):
        event.listen(session.sync_session, "after_commit", _kick_relays, once=True)


class OutboxRelay:
    """Publishes what the outbox of one database holds, for as long as `run` runs."""

    def __init__(self, engine: AsyncEngine, log: EventLog) -> None:
        self._engine = engine
        self._log = log
        self._kicked = asyncio.Event()
        _relays.add(self)

    async def run(self) -> None:
        """Publish until cancelled; failures are logged and tried again after a growing pause."""
        pause = POLL_SECONDS
        while True:
            self._kicked.clear()
            try:
                published = await self.publish_batch()
                pause = POLL_SECONDS
            except Exception:
                _logger.exception("the outbox could not be published")
                published = 0
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            if published < BATCH:
                await self._wait(pause)

    async def publish_batch(self) -> int:
        """Publish the oldest events, at most `BATCH`, and return how many."""
        if self._engine.dialect.name == "sqlite":
            return await self._publish_unlocked()
        async with self._engine.begin() as connection:
            # Row locks let only one relay of several replicas work, and keep the order.
            rows = (await connection.execute(_OLDEST.with_for_update())).all()
            await self._publish(rows)
            await connection.execute(_forget(rows))
        return len(rows)

    def kick(self) -> None:
        """Look into the outbox now instead of at the next poll."""
        self._kicked.set()

    async def _publish_unlocked(self) -> int:
        # SQLite would keep every writer out while the event log is being written.
        reading = self._engine.execution_options(reelgraph_read_only=True)
        async with reading.connect() as connection:
            rows = (await connection.execute(_OLDEST)).all()
        if rows:
            await self._publish(rows)
            async with self._engine.begin() as connection:
                await connection.execute(_forget(rows))
        return len(rows)

    async def _publish(self, rows: Sequence[Row[Any]]) -> None:
        if rows:
            await self._log.publish_many([NewEvent(row.topic, row.key, row.value) for row in rows])

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._kicked.wait()
        except TimeoutError:
            pass


def _event(change: Change) -> NewEvent:
    fields = _key_fields(change.key)
    occurred = (change.occurred_at or datetime.now(UTC)).astimezone(UTC)
    body: dict[str, object] = {
        "id": str(uuid.uuid4()),
        "type": change.type,
        "key": fields,
        "op": change.op,
        "occurredAt": occurred.isoformat(),
    }
    if change.version is not None:
        body["version"] = change.version
    if change.affects:
        body["affects"] = [{"type": type, "key": _key_fields(key)} for type, key in change.affects]
    key = f"{change.type}:{json.dumps(fields, sort_keys=True, separators=(',', ':'))}"
    return NewEvent(CHANGES_TOPIC, key, json.dumps(body).encode())


def _forget(rows: Sequence[Row[Any]]) -> Delete:
    return delete(outbox_table).where(outbox_table.c.id.in_([row.id for row in rows]))


def _kick_relays(session: object) -> None:
    for relay in list(_relays):
        relay.kick()


def _key_fields(key: EntityKey) -> dict[str, str | int]:
    return {"id": key} if isinstance(key, str) else dict(key)
