"""Playback's store of sessions and assets: each function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.playback.origin.files import AssetFacts
from subgraphs.playback.records import SessionRecord, StreamRecord
from subgraphs.playback.tables import assets, sessions


async def insert_session(session: AsyncSession, record: SessionRecord) -> None:
    """Add a playback session."""
    await session.execute(
        sa.insert(sessions).values(
            id=record.id,
            member_id=record.member_id,
            profile_id=record.profile_id,
            title_id=record.title_id,
            asset=record.asset,
            streams=[asdict(stream) for stream in record.streams],
            started_at=record.started_at,
            entitled_until=record.entitled_until,
            urls_expire_at=record.urls_expire_at,
        )
    )


async def find_sessions(session: AsyncSession, ids: Sequence[str]) -> dict[str, SessionRecord]:
    """Return several sessions in one query."""
    rows = await session.execute(sa.select(sessions).where(sessions.c.id.in_(ids)))
    return {row.id: _session(row) for row in rows}


async def end_session(session: AsyncSession, session_id: str, now: datetime) -> bool:
    """End a session; False when it had ended before."""
    ended = await session.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=now)
        .returning(sessions.c.id)
    )
    return ended.one_or_none() is not None


async def list_revoked(session: AsyncSession, now: datetime) -> list[str]:
    """Return the ended sessions whose URLs have not expired by themselves."""
    rows = await session.execute(
        sa.select(sessions.c.id)
        .where(sessions.c.ended_at.is_not(None), sessions.c.urls_expire_at > now)
        .order_by(sessions.c.id)
    )
    return list(rows.scalars())


async def list_popular_assets(session: AsyncSession, since: datetime, limit: int) -> list[str]:
    """Return the assets started most often since a moment."""
    rows = await session.execute(
        sa.select(sessions.c.asset)
        .where(sessions.c.started_at >= since)
        .group_by(sessions.c.asset)
        .order_by(sa.func.count().desc(), sessions.c.asset)
        .limit(limit)
    )
    return list(rows.scalars())


async def remember_asset(session: AsyncSession, facts: AssetFacts) -> None:
    """Keep the facts of an asset, from which the origin makes its files."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = insert(assets).values(
        asset=facts.asset,
        title_id=facts.title_id,
        name=facts.name,
        release_year=facts.release_year,
    )
    await session.execute(row.on_conflict_do_nothing())


async def find_asset(session: AsyncSession, asset: str) -> AssetFacts | None:
    """Return the facts of an asset, or None."""
    found = await session.execute(sa.select(assets).where(assets.c.asset == asset))
    row = found.one_or_none()
    return None if row is None else AssetFacts(row.asset, row.title_id, row.name, row.release_year)


def _session(row: sa.Row[tuple[Any, ...]]) -> SessionRecord:
    return SessionRecord(
        id=row.id,
        member_id=row.member_id,
        profile_id=row.profile_id,
        title_id=row.title_id,
        asset=row.asset,
        streams=tuple(_stream(fields) for fields in row.streams),
        started_at=row.started_at,
        entitled_until=row.entitled_until,
        urls_expire_at=row.urls_expire_at,
        ended_at=row.ended_at,
    )


def _stream(fields: dict[str, Any]) -> StreamRecord:
    urls = tuple((appliance, url) for appliance, url in fields["urls"])
    return StreamRecord(**{**fields, "urls": urls})
