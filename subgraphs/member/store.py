"""Member's store: each function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.member.maturity import MaturityLevel
from subgraphs.member.records import MemberRecord, ProfileRecord
from subgraphs.member.tables import members, profiles, sign_in_attempts


async def insert_member(session: AsyncSession, member: MemberRecord) -> bool:
    """Add a member; False when the e-mail is taken."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    added = await session.execute(
        insert(members)
        .values(
            id=member.id,
            email=member.email,
            display_name=member.display_name,
            country=member.country,
            password_hash=member.password_hash,
            scopes=" ".join(sorted(member.scopes)),
            created_at=member.created_at,
        )
        .on_conflict_do_nothing()
        .returning(members.c.id)
    )
    return added.one_or_none() is not None


async def find_by_email(session: AsyncSession, email: str) -> MemberRecord | None:
    """Return the member with a normalised e-mail address, or None."""
    found = await session.execute(sa.select(members).where(members.c.email == email))
    row = found.one_or_none()
    return None if row is None else _member(row)


async def find_members(session: AsyncSession, member_ids: Sequence[str]) -> dict[str, MemberRecord]:
    """Return several members in one query."""
    rows = await session.execute(sa.select(members).where(members.c.id.in_(member_ids)))
    return {row.id: _member(row) for row in rows}


async def update_password(session: AsyncSession, member_id: str, password_hash: str) -> None:
    """Replace a member's password hash."""
    await session.execute(
        sa.update(members).where(members.c.id == member_id).values(password_hash=password_hash)
    )


async def lock_member(session: AsyncSession, member_id: str) -> bool:
    """Take the member's row until the transaction ends; False when there is no such member."""
    found = await session.execute(
        sa.select(members.c.id).where(members.c.id == member_id).with_for_update()
    )
    return found.one_or_none() is not None


async def insert_profile(session: AsyncSession, profile: ProfileRecord) -> None:
    """Add a profile; the member's row must be locked."""
    await session.execute(
        sa.insert(profiles).values(
            id=profile.id,
            member_id=profile.member_id,
            number=profile.number,
            name=profile.name,
            maturity=profile.maturity.value,
            kids=profile.kids,
        )
    )


async def list_profiles(
    session: AsyncSession, member_ids: Sequence[str]
) -> dict[str, list[ProfileRecord]]:
    """Return each member's profiles in the order they were made, in one query."""
    rows = await session.execute(
        sa.select(profiles)
        .where(profiles.c.member_id.in_(member_ids))
        .order_by(profiles.c.member_id, profiles.c.number)
    )
    found: dict[str, list[ProfileRecord]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row.member_id].append(_profile(row))
    return found


async def find_profiles(
    session: AsyncSession, profile_ids: Sequence[str]
) -> dict[str, ProfileRecord]:
    """Return several profiles in one query."""
    rows = await session.execute(sa.select(profiles).where(profiles.c.id.in_(profile_ids)))
    return {row.id: _profile(row) for row in rows}


async def count_attempt(
    session: AsyncSession, subject: str, now: datetime, window_ends_at: datetime
) -> tuple[int, datetime]:
    """Count one attempt of `subject` in its open window, or in a new one; one atomic statement.

    Returns how many the window then holds and when it ends.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    over = sign_in_attempts.c.window_ends_at <= now
    counted = await session.execute(
        insert(sign_in_attempts)
        .values(subject=subject, window_ends_at=window_ends_at, attempts=1)
        .on_conflict_do_update(
            index_elements=[sign_in_attempts.c.subject],
            set_={
                "attempts": sa.case((over, 1), else_=sign_in_attempts.c.attempts + 1),
                "window_ends_at": sa.case(
                    (over, window_ends_at), else_=sign_in_attempts.c.window_ends_at
                ),
            },
        )
        .returning(sign_in_attempts.c.attempts, sign_in_attempts.c.window_ends_at)
    )
    row = counted.one()
    return row.attempts, row.window_ends_at


async def forget_attempts(session: AsyncSession, subjects: Sequence[str]) -> None:
    """Drop the counts of subjects that signed in."""
    await session.execute(
        sa.delete(sign_in_attempts).where(sign_in_attempts.c.subject.in_(subjects))
    )


def _member(row: sa.Row[tuple[object, ...]]) -> MemberRecord:
    return MemberRecord(
        id=row.id,
        email=row.email,
        display_name=row.display_name,
        country=row.country,
        password_hash=row.password_hash,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
    )


def _profile(row: sa.Row[tuple[object, ...]]) -> ProfileRecord:
    return ProfileRecord(
        id=row.id,
        member_id=row.member_id,
        number=row.number,
        name=row.name,
        maturity=MaturityLevel(row.maturity),
        kids=row.kids,
    )
