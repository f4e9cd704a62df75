"""Billing's store: each function runs inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.billing.domain.ledger import Entry
from subgraphs.billing.domain.money import Amount
from subgraphs.billing.domain.states import (
    UNSETTLED,
    AccountStatus,
    ChargePurpose,
    ChargeStatus,
    PeriodStatus,
)
from subgraphs.billing.records import AccountRecord, ChargeRecord, PeriodRecord
from subgraphs.billing.tables import (
    accounts,
    charges,
    idempotency_keys,
    ledger_entries,
    ledger_lines,
    periods,
)


def new_id() -> str:
    """Return a new random id."""
    return str(uuid.uuid4())


async def ensure_account(session: AsyncSession, member_id: str) -> AccountRecord:
    """Return the member's account, opening an empty one first when there is none.

    Locks its row until the transaction ends, so that what follows is alone on the account.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    empty = insert(accounts).values(member_id=member_id, status=AccountStatus.NONE.value)
    await session.execute(empty.on_conflict_do_nothing())
    found = await session.execute(
        sa.select(accounts).where(accounts.c.member_id == member_id).with_for_update()
    )
    return _account(found.one())


async def find_accounts(
    session: AsyncSession, member_ids: Sequence[str]
) -> dict[str, AccountRecord]:
    """Return the accounts of several members in one query."""
    rows = await session.execute(sa.select(accounts).where(accounts.c.member_id.in_(member_ids)))
    return {row.member_id: _account(row) for row in rows}


async def update_account(
    session: AsyncSession, member_id: str, **changes: str | int | datetime | None
) -> None:
    """Set columns of an account."""
    await session.execute(
        sa.update(accounts).where(accounts.c.member_id == member_id).values(**changes)
    )


async def find_due_accounts(session: AsyncSession, now: datetime) -> list[AccountRecord]:
    """Return the accounts whose paid time has run out and that are to be charged or ended now."""
    due = sa.select(accounts).where(
        accounts.c.paid_through <= now,
        accounts.c.unsettled_charge_id.is_(None),
        accounts.c.status.in_(
            [
                AccountStatus.ACTIVE.value,
                AccountStatus.PAST_DUE.value,
                AccountStatus.CANCELLED.value,
            ]
        ),
        sa.or_(accounts.c.next_attempt_at.is_(None), accounts.c.next_attempt_at <= now),
    )
    return [_account(row) for row in await session.execute(due)]


async def insert_period(session: AsyncSession, period: PeriodRecord) -> None:
    """Add a period."""
    await session.execute(
        sa.insert(periods).values(
            id=period.id,
            member_id=period.member_id,
            plan_id=period.plan_id,
            number=period.number,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            minor=period.amount.minor,
            currency=period.amount.currency,
            status=period.status.value,
        )
    )


async def set_period_status(session: AsyncSession, period_id: str, status: PeriodStatus) -> None:
    """Move a period to another status."""
    await session.execute(
        sa.update(periods).where(periods.c.id == period_id).values(status=status.value)
    )


async def get_period(session: AsyncSession, period_id: str) -> PeriodRecord:
    """Return a period that must exist."""
    found = await session.execute(sa.select(periods).where(periods.c.id == period_id))
    return _period(found.one())


async def list_periods(
    session: AsyncSession, member_ids: Sequence[str], limit: int
) -> dict[str, list[PeriodRecord]]:
    """Return each member's latest periods, the latest first."""
    number = sa.func.row_number().over(
        partition_by=periods.c.member_id, order_by=periods.c.starts_at.desc()
    )
    ranked = (
        sa.select(periods, number.label("place")).where(periods.c.member_id.in_(member_ids))
    ).subquery()
    rows = await session.execute(
        sa.select(ranked).where(ranked.c.place <= limit).order_by(ranked.c.place)
    )
    found: dict[str, list[PeriodRecord]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row.member_id].append(_period(row))
    return found


async def find_unpaid_period(session: AsyncSession, member_id: str) -> PeriodRecord | None:
    """Return the member's earliest period that is invoiced and not paid, or None."""
    unpaid = (PeriodStatus.INVOICED.value, PeriodStatus.PAST_DUE.value)
    found = await session.execute(
        sa.select(periods)
        .where(periods.c.member_id == member_id, periods.c.status.in_(unpaid))
        .order_by(periods.c.starts_at)
        .limit(1)
    )
    row = found.one_or_none()
    return None if row is None else _period(row)


async def insert_charge(session: AsyncSession, charge: ChargeRecord) -> None:
    """Add a charge."""
    await session.execute(
        sa.insert(charges).values(
            id=charge.id,
            member_id=charge.member_id,
            period_id=charge.period_id,
            purpose=charge.purpose.value,
            card_token=charge.card_token,
            minor=charge.amount.minor,
            currency=charge.amount.currency,
            status=charge.status.value,
            detail=charge.detail,
            created_at=charge.created_at,
            settled_at=charge.settled_at,
        )
    )


async def get_charge(session: AsyncSession, charge_id: str) -> ChargeRecord:
    """Return a charge that must exist."""
    found = await session.execute(sa.select(charges).where(charges.c.id == charge_id))
    return _charge(found.one())


async def move_charge(
    session: AsyncSession,
    charge_id: str,
    status: ChargeStatus,
    detail: str | None,
    settled_at: datetime | None,
) -> bool:
    """Move an unsettled charge on; False when another already settled it."""
    moved = await session.execute(
        sa.update(charges)
        .where(charges.c.id == charge_id, charges.c.status.in_([each.value for each in UNSETTLED]))
        .values(status=status.value, detail=detail, settled_at=settled_at)
        .returning(charges.c.id)
    )
    return moved.one_or_none() is not None


async def list_charges(
    session: AsyncSession, member_ids: Sequence[str], limit: int
) -> dict[str, list[ChargeRecord]]:
    """Return each member's latest charges, the latest first."""
    number = sa.func.row_number().over(
        partition_by=charges.c.member_id, order_by=charges.c.created_at.desc()
    )
    ranked = (
        sa.select(charges, number.label("place")).where(charges.c.member_id.in_(member_ids))
    ).subquery()
    rows = await session.execute(
        sa.select(ranked).where(ranked.c.place <= limit).order_by(ranked.c.place)
    )
    found: dict[str, list[ChargeRecord]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        found[row.member_id].append(_charge(row))
    return found


async def find_unsettled(session: AsyncSession, before: datetime) -> list[ChargeRecord]:
    """Return the charges that were made before a moment and are still PENDING or UNKNOWN."""
    rows = await session.execute(
        sa.select(charges).where(
            charges.c.status.in_([each.value for each in UNSETTLED]), charges.c.created_at <= before
        )
    )
    return [_charge(row) for row in rows]


async def find_key(session: AsyncSession, member_id: str, key: str) -> tuple[str, str] | None:
    """Return (fingerprint, charge id) of a used idempotency key, or None."""
    found = await session.execute(
        sa.select(idempotency_keys.c.fingerprint, idempotency_keys.c.charge_id).where(
            idempotency_keys.c.member_id == member_id, idempotency_keys.c.key == key
        )
    )
    row = found.one_or_none()
    return None if row is None else (row.fingerprint, row.charge_id)


async def insert_key(
    session: AsyncSession, member_id: str, key: str, fingerprint: str, charge_id: str
) -> None:
    """Bind an idempotency key to its request and charge."""
    await session.execute(
        sa.insert(idempotency_keys).values(
            member_id=member_id, key=key, fingerprint=fingerprint, charge_id=charge_id
        )
    )


async def record_entry(
    session: AsyncSession,
    entry: Entry,
    now: datetime,
    period_id: str,
    charge_id: str | None = None,
) -> None:
    """Write a balanced entry with its lines; nothing else writes the ledger."""
    entry_id = new_id()
    await session.execute(
        sa.insert(ledger_entries).values(
            id=entry_id,
            kind=entry.kind,
            currency=entry.currency,
            period_id=period_id,
            charge_id=charge_id,
            recorded_at=now,
        )
    )
    await session.execute(
        sa.insert(ledger_lines),
        [
            {"entry_id": entry_id, "number": number, "account": line.account, "minor": line.minor}
            for number, line in enumerate(entry.lines)
        ],
    )


def _account(row: sa.Row[tuple[object, ...]]) -> AccountRecord:
    fields = dict(row._mapping)
    return AccountRecord(**{**fields, "status": AccountStatus(fields["status"])})


def _period(row: sa.Row[tuple[object, ...]]) -> PeriodRecord:
    return PeriodRecord(
        id=row.id,
        member_id=row.member_id,
        plan_id=row.plan_id,
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        amount=Amount(row.minor, row.currency),
        status=PeriodStatus(row.status),
    )


def _charge(row: sa.Row[tuple[object, ...]]) -> ChargeRecord:
    return ChargeRecord(
        id=row.id,
        member_id=row.member_id,
        period_id=row.period_id,
        purpose=ChargePurpose(row.purpose),
        card_token=row.card_token,
        amount=Amount(row.minor, row.currency),
        status=ChargeStatus(row.status),
        created_at=row.created_at,
        detail=row.detail,
        settled_at=row.settled_at,
    )
