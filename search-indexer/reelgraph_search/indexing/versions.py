"""Index versions: which engine index serves, which is being built, which may go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from reelgraph_dgs.database import Database
from reelgraph_search.definition import IndexDefinition
from reelgraph_search.indexing.ledger import Mark, Priority, mark_in
from reelgraph_search.indexing.tables import dirty, index_versions

_table = index_versions


class State(StrEnum):
    """What an index version is there for."""

    BUILDING = "BUILDING"
    LIVE = "LIVE"
    RETIRED = "RETIRED"


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """One engine index of an index, with the definition that its documents follow."""

    index: str
    version: int
    engine_index: str
    state: State
    definition: IndexDefinition
    fingerprint: str
    reason: str
    cursor: str | None
    listed_all: bool
    roots: int
    started_at: float
    live_at: float | None
    drop_at: float | None


class VersionStore:
    """Index versions on the ledger's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all_of(self, index: str) -> list[IndexVersion]:
        """All versions of an index, newest first."""
        query = select(_table).where(_table.c.index_name == index).order_by(_table.c.version.desc())
        async with self._database.read() as session:
            return [_version(row) for row in (await session.execute(query)).all()]

    async def begin(
        self, definition: IndexDefinition, fingerprint: str, reason: str, now: float
    ) -> IndexVersion:
        """Record a new version that is to be built."""
        index = definition.index
        async with self._database.engine.begin() as connection:
            query = select(func.max(_table.c.version)).where(_table.c.index_name == index)
            version = ((await connection.execute(query)).scalar() or 0) + 1
            row = {
                "index_name": index,
                "version": version,
                "engine_index": f"{index}_v{version}",
                "state": State.BUILDING.value,
                "definition": definition.model_dump_json(),
                "fingerprint": fingerprint,
                "reason": reason,
                "listed_all": False,
                "roots": 0,
                "started_at": now,
            }
            await connection.execute(insert(_table).values(row))
        return next(one for one in await self.all_of(index) if one.version == version)

    async def advance(
        self,
        version: IndexVersion,
        marks: Iterable[Mark],
        cursor: str | None,
        *,
        listed_all: bool,
        now: float,
    ) -> None:
        """Make a page of roots dirty and remember how far the listing is, in one transaction."""
        listed = list(marks)
        async with self._database.engine.begin() as connection:
            await mark_in(connection, listed, now)
            await connection.execute(
                update(_table)
                .where(_this(version), _table.c.state == State.BUILDING.value)
                .values(cursor=cursor, listed_all=listed_all, roots=_table.c.roots + len(listed))
            )

    async def relist(self, version: IndexVersion) -> None:
        """List the roots of a version again from the start."""
        async with self._database.engine.begin() as connection:
            await connection.execute(
                update(_table)
                .where(_this(version), _table.c.state == State.BUILDING.value)
                .values(cursor=None, listed_all=False, roots=0)
            )

    async def make_live(self, version: IndexVersion, now: float, keep_seconds: float) -> None:
        """Record that a version serves; the one before it is kept for a while."""
        async with self._database.engine.begin() as connection:
            await connection.execute(
                update(_table)
                .where(
                    _table.c.index_name == version.index,
                    _table.c.state == State.LIVE.value,
                    _table.c.version != version.version,
                )
                .values(state=State.RETIRED.value, drop_at=now + keep_seconds)
            )
            await connection.execute(
                update(_table).where(_this(version)).values(state=State.LIVE.value, live_at=now)
            )

    async def give_up(self, version: IndexVersion, now: float) -> None:
        """Record that a version will not be finished; what was to be done for it alone goes."""
        async with self._database.engine.begin() as connection:
            await connection.execute(
                update(_table)
                .where(_this(version), _table.c.state == State.BUILDING.value)
                .values(state=State.RETIRED.value, drop_at=now)
            )
            await connection.execute(
                delete(dirty).where(
                    dirty.c.index_name == version.index, dirty.c.only_building.is_(True)
                )
            )

    async def droppable(self, index: str, now: float) -> list[IndexVersion]:
        """Retired versions whose time is over."""
        return [
            one
            for one in await self.all_of(index)
            if one.state is State.RETIRED and one.drop_at is not None and one.drop_at <= now
        ]

    async def forget(self, version: IndexVersion) -> None:
        """Remove the record of a version whose engine index is gone."""
        async with self._database.engine.begin() as connection:
            # The newest number stays, so that no number is ever used twice.
            newest = select(func.max(_table.c.version)).where(_table.c.index_name == version.index)
            await connection.execute(
                delete(_table).where(_this(version), _table.c.version < newest.scalar_subquery())
            )
            await connection.execute(update(_table).where(_this(version)).values(drop_at=None))

    async def waiting_backfill(self, index: str) -> int:
        """Rows that are dirty for the version being built alone."""
        query = select(func.count()).where(
            dirty.c.index_name == index,
            or_(dirty.c.only_building.is_(True), dirty.c.priority >= Priority.BACKFILL),
        )
        async with self._database.read() as session:
            return int(await session.scalar(query) or 0)


def _this(version: IndexVersion) -> Any:
    return and_(_table.c.index_name == version.index, _table.c.version == version.version)


def _version(row: Any) -> IndexVersion:
    return IndexVersion(
        index=row.index_name,
        version=row.version,
        engine_index=row.engine_index,
        state=State(row.state),
        definition=IndexDefinition.model_validate_json(row.definition),
        fingerprint=row.fingerprint,
        reason=row.reason,
        cursor=row.cursor,
        listed_all=row.listed_all,
        roots=row.roots,
        started_at=row.started_at,
        live_at=row.live_at,
        drop_at=row.drop_at,
    )
