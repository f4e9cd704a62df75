"""The ledger: which roots must be fetched again, who is at it, and what could not be done.

All of it is durable, so that a crash at any moment loses no work: a row is taken out only after
the engine has the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from reelgraph_dgs.database import Database
from reelgraph_search.indexing.tables import changes, dead_letters, dirty, metadata, sequence

_COUNTER = "writes"
_CHANGES_KEPT_SECONDS = 3600.0
_CHUNK = 500


class Priority(IntEnum):
    """Lower goes first."""

    LIVE = 0
    REFERENCE = 1
    FAN_OUT = 2
    BACKFILL = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A root that must be fetched again."""

    index: str
    root: str
    priority: Priority
    event: str | None = None
    min_version: int | None = None
    only_building: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """A dirty root that one worker holds until a time.

    `taken_over`: a former holder may still be at it, so its write must be outdone.
    """

    index: str
    root: str
    owner: str
    generation: int
    attempts: int
    taken_over: bool
    only_building: bool
    first_event_at: float
    min_version: int | None
    event: str | None

    @property
    def id(self) -> str:
        """The value of the root's key."""
        return self.root.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a root could not be indexed."""

    error: str
    path: str | None = None
    subgraph: str | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is to be done for an index; `untried` counts what no fetch has ended for yet."""

    dirty: int
    backfill: int
    untried: int
    oldest_event_at: float | None
    dead_letters: int
    last_error: str | None


class Ledger:
    """The ledger on a SQL database; times are unix seconds, given by the caller."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def open(self) -> None:
        """Make the tables that are missing."""
        await self.database.create_tables(metadata)

    async def next_sequence(self) -> int:
        """Take the next number of a counter that never goes back."""
        async with self.database.engine.begin() as connection:
            return await _next(connection)

    async def mark(self, marks: Iterable[Mark], now: float, changed: Sequence[str] = ()) -> None:
        """Make roots dirty, and note which entities changed, in one transaction.

        A root that is dirty already stays one row: the more urgent priority and the older event
        time win, and whoever is fetching it learns that it must be fetched again.
        """
        async with self.database.engine.begin() as connection:
            if changed:
                seq = await _next(connection)
                rows = [{"ref": ref, "seq": seq, "noted_at": now} for ref in sorted({*changed})]
                await _upsert(connection, changes, rows, ("ref",), ("seq", "noted_at"))
            await mark_in(connection, marks, now)

    async def changed_since(self, refs: Sequence[str], seq: int) -> set[str]:
        """Which of the entities changed after a number was taken."""
        found: set[str] = set()
        async with self.database.read() as session:
            for start in range(0, len(refs), _CHUNK):
                chunk = refs[start : start + _CHUNK]
                query = select(changes.c.ref).where(changes.c.ref.in_(chunk), changes.c.seq > seq)
                found.update((await session.execute(query)).scalars())
        return found

    async def lease(
        self, index: str, owner: str, limit: int, now: float, seconds: float
    ) -> list[Lease]:
        """Take the most urgent roots that are due and that nobody holds."""
        due = and_(
            dirty.c.index_name == index,
            dirty.c.next_at <= now,
            or_(dirty.c.lease_until.is_(None), dirty.c.lease_until < now),
        )
        oldest = (
            select(dirty)
            .where(due)
            .order_by(dirty.c.priority, dirty.c.first_event_at, dirty.c.root)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self.database.engine.begin() as connection:
            rows = (await connection.execute(oldest)).all()
            taken = [row.root for row in rows]
            await connection.execute(
                update(dirty)
                .where(dirty.c.index_name == index, dirty.c.root.in_(taken))
                .values(lease_owner=owner, lease_until=now + seconds)
            )
        return [_lease(row, owner) for row in rows]

    async def renew(self, leases: Sequence[Lease], now: float, seconds: float) -> set[str]:
        """Hold on longer; returns the roots that are still held."""
        if not leases:
            return set()
        held = _held(leases)
        async with self.database.engine.begin() as connection:
            rows = (await connection.execute(select(dirty.c.root).where(held))).scalars().all()
            await connection.execute(update(dirty).where(held).values(lease_until=now + seconds))
        return set(rows)

    async def complete(self, leases: Sequence[Lease]) -> None:
        """Take rows out; one that got another event in the meantime stays, free to be leased."""
        if not leases:
            return
        done = and_(
            dirty.c.index_name == leases[0].index,
            dirty.c.lease_owner == leases[0].owner,
            dirty.c.root == bindparam("done_root"),
            dirty.c.generation == bindparam("done_generation"),
        )
        roots = [lease.root for lease in leases]
        async with self.database.engine.begin() as connection:
            await connection.execute(
                delete(dirty).where(done),
                [
                    {"done_root": lease.root, "done_generation": lease.generation}
                    for lease in leases
                ],
            )
            await connection.execute(
                update(dirty)
                .where(_held(leases))
                .values(lease_owner=None, lease_until=None, attempts=0)
            )
            await connection.execute(
                delete(dead_letters).where(
                    dead_letters.c.index_name == leases[0].index, dead_letters.c.root.in_(roots)
                )
            )

    async def postpone(
        self, leases: Sequence[Lease], until: float, error: str, *, count: bool
    ) -> None:
        """Give rows back, to be tried again at a time; `count` it as an attempt or not."""
        if not leases:
            return
        async with self.database.engine.begin() as connection:
            await connection.execute(
                update(dirty)
                .where(_held(leases))
                .values(
                    lease_owner=None,
                    lease_until=None,
                    next_at=until,
                    last_error=error[:2000],
                    attempts=dirty.c.attempts + (1 if count else 0),
                )
            )

    async def bury(self, lease: Lease, failure: Failure, now: float) -> None:
        """Set a root aside that cannot be indexed; its next event tries again."""
        async with self.database.engine.begin() as connection:
            row = {
                "index_name": lease.index,
                "root": lease.root,
                "error": failure.error[:4000],
                "error_path": failure.path,
                "subgraph": failure.subgraph,
                "event": lease.event,
                "attempts": lease.attempts + 1,
                "died_at": now,
            }
            updated = tuple(name for name in row if name not in ("index_name", "root"))
            await _upsert(connection, dead_letters, [row], ("index_name", "root"), updated)
            mine = _held([lease])
            await connection.execute(
                delete(dirty).where(mine, dirty.c.generation == lease.generation)
            )
            await connection.execute(
                update(dirty).where(mine).values(lease_owner=None, lease_until=None, attempts=0)
            )

    async def retry_dead_letters(self, index: str, now: float) -> int:
        """Make all roots that were set aside dirty again; returns how many."""
        async with self.database.engine.begin() as connection:
            query = select(dead_letters).where(dead_letters.c.index_name == index)
            rows = (await connection.execute(query)).all()
            marks = [Mark(index, row.root, Priority.REFERENCE, row.event) for row in rows]
            await mark_in(connection, marks, now)
            await connection.execute(delete(dead_letters).where(dead_letters.c.index_name == index))
        return len(rows)

    async def release_all(self) -> None:
        """Free every lease: for the start of a process that works alone."""
        async with self.database.engine.begin() as connection:
            await connection.execute(
                update(dirty).where(dirty.c.lease_until.is_not(None)).values(lease_until=0.0)
            )

    async def backlog(self, index: str) -> Backlog:
        """How much is to be done for an index."""
        mine = dirty.c.index_name == index
        live = and_(mine, dirty.c.priority < Priority.BACKFILL)
        async with self.database.read() as session:
            count, oldest = (
                await session.execute(
                    select(func.count(), func.min(dirty.c.first_event_at)).where(live)
                )
            ).one()
            backfill = await session.scalar(
                select(func.count()).where(mine, dirty.c.priority >= Priority.BACKFILL)
            )
            untried = await session.scalar(
                select(func.count()).where(
                    mine, dirty.c.attempts == 0, dirty.c.last_error.is_(None)
                )
            )
            dead = await session.scalar(
                select(func.count()).where(dead_letters.c.index_name == index)
            )
            error = await session.scalar(
                select(dirty.c.last_error).where(mine, dirty.c.last_error.is_not(None)).limit(1)
            )
        return Backlog(count, backfill or 0, untried or 0, oldest, dead or 0, error)

    async def forget_old_changes(self, now: float) -> None:
        """Drop notes of changes that no fetch can still have missed."""
        async with self.database.engine.begin() as connection:
            await connection.execute(
                delete(changes).where(changes.c.noted_at < now - _CHANGES_KEPT_SECONDS)
            )

    async def forget_index(self, index: str) -> None:
        """Drop everything that is to be done for an index that is no longer defined."""
        async with self.database.engine.begin() as connection:
            await connection.execute(delete(dirty).where(dirty.c.index_name == index))
            await connection.execute(delete(dead_letters).where(dead_letters.c.index_name == index))


async def mark_in(connection: AsyncConnection, marks: Iterable[Mark], now: float) -> None:
    """Make roots dirty inside an open transaction; see `Ledger.mark`."""
    rows = {
        (mark.index, mark.root): {
            "index_name": mark.index,
            "root": mark.root,
            "priority": int(mark.priority),
            "only_building": mark.only_building,
            "first_event_at": now,
            "generation": 1,
            "min_version": mark.min_version,
            "attempts": 0,
            "next_at": 0.0,
            "event": mark.event,
        }
        # Within one call the most urgent mark of a root counts.
        for mark in sorted(marks, key=lambda mark: -mark.priority)
    }
    listed = list(rows.values())
    for start in range(0, len(listed), _CHUNK):
        await _upsert_dirty(connection, listed[start : start + _CHUNK])


async def _upsert_dirty(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    insert = _insert(connection)(dirty).values(rows)
    new = insert.excluded
    least = func.min if connection.dialect.name == "sqlite" else func.least
    statement = insert.on_conflict_do_update(
        index_elements=["index_name", "root"],
        set_={
            "priority": least(dirty.c.priority, new.priority),
            "only_building": and_(dirty.c.only_building, new.only_building),
            "generation": dirty.c.generation + 1,
            "min_version": func.coalesce(new.min_version, dirty.c.min_version),
            "next_at": least(dirty.c.next_at, new.next_at),
            "attempts": 0,
            "event": func.coalesce(new.event, dirty.c.event),
        },
    )
    await connection.execute(statement)


async def _upsert(
    connection: AsyncConnection,
    table: Any,
    rows: list[dict[str, Any]],
    keys: tuple[str, ...],
    updated: tuple[str, ...],
) -> None:
    for start in range(0, len(rows), _CHUNK):
        insert = _insert(connection)(table).values(rows[start : start + _CHUNK])
        changed = {name: insert.excluded[name] for name in updated}
        await connection.execute(
            insert.on_conflict_do_update(index_elements=list(keys), set_=changed)
        )


def _insert(connection: AsyncConnection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


async def _next(connection: AsyncConnection) -> int:
    insert = _insert(connection)(sequence).values(name=_COUNTER, value=1)
    statement = insert.on_conflict_do_update(
        index_elements=["name"], set_={"value": sequence.c.value + 1}
    ).returning(sequence.c.value)
    return int((await connection.execute(statement)).scalar_one())


def _held(leases: Sequence[Lease]) -> ColumnElement[bool]:
    return and_(
        dirty.c.index_name == leases[0].index,
        dirty.c.lease_owner == leases[0].owner,
        dirty.c.root.in_([lease.root for lease in leases]),
    )


def _lease(row: Any, owner: str) -> Lease:
    return Lease(
        index=row.index_name,
        root=row.root,
        owner=owner,
        generation=row.generation,
        attempts=row.attempts,
        taken_over=row.lease_owner is not None,
        only_building=row.only_building,
        first_event_at=row.first_event_at,
        min_version=row.min_version,
        event=row.event,
    )
