"""The keys that sign URLs: made, rotated and shared with appliances."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.playback.signed_urls import UrlKey
from subgraphs.playback.tables import url_keys

SIGNS_FOR = timedelta(hours=12)
URL_LIFETIME = timedelta(hours=6)
# Appliances learn a key from the reply to a report; a new one waits until all can have it.
HANDED_OUT_AHEAD = timedelta(minutes=1)


async def rotate_keys(session: AsyncSession, now: datetime) -> None:
    """Make the next key ahead of time, and forget those whose URLs have all expired."""
    await session.execute(sa.delete(url_keys).where(url_keys.c.verifies_until < now))
    newest = await session.scalar(sa.select(sa.func.max(url_keys.c.signs_from)))
    if newest is None:
        await _make_key(session, now)
    elif newest + SIGNS_FOR - HANDED_OUT_AHEAD <= now:
        await _make_key(session, max(now + HANDED_OUT_AHEAD, newest + SIGNS_FOR))


async def signing_key(session: AsyncSession, now: datetime) -> UrlKey:
    """Return the key that signs now; `rotate_keys` has made one."""
    found = await session.execute(
        sa.select(url_keys)
        .where(url_keys.c.signs_from <= now)
        .order_by(url_keys.c.signs_from.desc())
        .limit(1)
    )
    row = found.one()
    return UrlKey(row.id, row.secret)


async def verification_keys(session: AsyncSession, now: datetime) -> list[UrlKey]:
    """Return every key whose URLs may still be good, the coming one included."""
    rows = await session.execute(
        sa.select(url_keys).where(url_keys.c.verifies_until >= now).order_by(url_keys.c.signs_from)
    )
    return [UrlKey(row.id, row.secret) for row in rows]


async def _make_key(session: AsyncSession, signs_from: datetime) -> None:
    await session.execute(
        sa.insert(url_keys).values(
            id=secrets.token_hex(4),
            secret=secrets.token_bytes(32),
            signs_from=signs_from,
            verifies_until=signs_from + SIGNS_FOR + URL_LIFETIME + HANDED_OUT_AHEAD * 2,
        )
    )
