"""Leases on the streams that a plan allows at the same time.

A plan with n streams has slots 0…n-1. Starting a stream takes a slot that is free or whose lease
has expired, by one atomic statement; each taking raises the slot's fence, and a lease's token
carries it, so a holder that lost its slot is known.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.playback.tables import stream_leases as leases

LEASE_LIFETIME = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to one stream until `expires_at`; `token` proves who holds it."""

    session_id: str
    slot: int
    token: str
    expires_at: datetime


async def take_lease(
    session: AsyncSession,
    member_id: str,
    session_id: str,
    max_streams: int,
    now: datetime,
    latest: datetime,
) -> Lease | None:
    """Take one of the member's slots, or return None when all are held.

    The lease ends after 90 s without a heartbeat and never after `latest`.
    """
    expires_at = min(now + LEASE_LIFETIME, latest)
    # Another taker may be faster on the slot that this statement chose; then one more is held.
    for _ in range(max_streams + 1):
        lease = await _try_take(session, member_id, session_id, max_streams, now, expires_at)
        if lease is not None:
            return lease
        if len(await held_sessions(session, member_id, now)) >= max_streams:
            return None
    return None


async def renew_lease(
    session: AsyncSession, session_id: str, token: str, now: datetime, latest: datetime
) -> Lease | None:
    """Renew a lease by its token; None when the slot went to another session meanwhile."""
    fence, _, secret = token.partition(".")
    if not (fence.isascii() and fence.isdigit() and len(fence) < 16):
        return None
    expires_at = min(now + LEASE_LIFETIME, latest)
    renewed = await session.execute(
        sa.update(leases)
        .where(
            leases.c.session_id == session_id,
            leases.c.fence == int(fence),
            leases.c.secret == secret,
        )
        .values(expires_at=expires_at)
        .returning(leases.c.slot)
    )
    slot = renewed.scalar_one_or_none()
    return None if slot is None else Lease(session_id, slot, token, expires_at)


async def release_lease(session: AsyncSession, session_id: str, now: datetime) -> None:
    """End a session's lease at once; its slot keeps its fence."""
    await session.execute(
        sa.update(leases).where(leases.c.session_id == session_id).values(expires_at=now)
    )


async def find_lease(session: AsyncSession, session_id: str) -> Lease | None:
    """Return a session's lease, expired or not, or None when its slot was taken over."""
    found = await session.execute(sa.select(leases).where(leases.c.session_id == session_id))
    row = found.one_or_none()
    if row is None:
        return None
    return Lease(session_id, row.slot, f"{row.fence}.{row.secret}", row.expires_at)


async def held_sessions(session: AsyncSession, member_id: str, now: datetime) -> Sequence[str]:
    """Return the sessions that hold the member's slots now, the longest-running first."""
    rows = await session.execute(
        sa.select(leases.c.session_id)
        .where(leases.c.member_id == member_id, leases.c.expires_at > now)
        .order_by(leases.c.started_at, leases.c.slot)
    )
    return rows.scalars().all()


async def _try_take(
    session: AsyncSession,
    member_id: str,
    session_id: str,
    max_streams: int,
    now: datetime,
    expires_at: datetime,
) -> Lease | None:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    secret = secrets.token_hex(12)
    taken = insert(leases).from_select(
        ["member_id", "slot", "session_id", "fence", "secret", "started_at", "expires_at"],
        _choose_slot(member_id, session_id, max_streams, now, expires_at, secret),
    )
    upsert = taken.on_conflict_do_update(
        index_elements=[leases.c.member_id, leases.c.slot],
        set_={
            "session_id": taken.excluded.session_id,
            "fence": leases.c.fence + 1,
            "secret": taken.excluded.secret,
            "started_at": taken.excluded.started_at,
            "expires_at": taken.excluded.expires_at,
        },
        where=leases.c.expires_at <= now,
    ).returning(leases.c.slot, leases.c.fence)
    row = (await session.execute(upsert)).one_or_none()
    return None if row is None else Lease(session_id, row.slot, f"{row.fence}.{secret}", expires_at)


def _choose_slot(
    member_id: str,
    session_id: str,
    max_streams: int,
    now: datetime,
    expires_at: datetime,
    secret: str,
) -> sa.Select[tuple[object, ...]]:
    """Select a row for the lowest free slot; no row when as many are held as the plan allows."""
    numbers = sa.union_all(
        *(sa.select(sa.literal(slot, sa.Integer).label("slot")) for slot in range(max_streams))
    ).subquery("slots")
    held = sa.and_(leases.c.member_id == member_id, leases.c.expires_at > now)
    held_slots = sa.select(leases.c.slot).where(held)
    how_many = sa.select(sa.func.count()).select_from(leases).where(held).scalar_subquery()
    return (
        sa.select(
            sa.literal(member_id, leases.c.member_id.type),
            numbers.c.slot,
            sa.literal(session_id, leases.c.session_id.type),
            sa.literal(1, sa.BigInteger),
            sa.literal(secret, leases.c.secret.type),
            sa.literal(now, leases.c.started_at.type),
            sa.literal(expires_at, leases.c.expires_at.type),
        )
        .where(numbers.c.slot.not_in(held_slots), how_many < max_streams)
        .order_by(numbers.c.slot)
        .limit(1)
    )
