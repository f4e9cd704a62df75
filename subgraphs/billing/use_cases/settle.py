"""Carry a charge from PENDING to its end, whoever asks and however often."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.billing import store
from subgraphs.billing.domain.ledger import payment, void_invoice
from subgraphs.billing.domain.states import (
    UNSETTLED,
    AccountStatus,
    ChargePurpose,
    ChargeStatus,
    PeriodStatus,
)
from subgraphs.billing.processor.port import Approved, Outcome, ProcessorRequest, ProcessorTimeout
from subgraphs.billing.records import ChargeRecord
from subgraphs.billing.use_cases.books import Books

# When a declined renewal is tried again; after the last one the subscription ends.
DUNNING = (timedelta(days=1), timedelta(days=3), timedelta(days=7))


async def advance_charge(books: Books, charge_id: str) -> ChargeRecord:
    """Ask the processor about an unsettled charge and settle it; return it as it then is.

    Safe to call twice at once and after a crash at any point: the processor charges one key once,
    and of two settlements the database lets one through.
    """
    async with books.database.read() as session:
        charge = await store.get_charge(session, charge_id)
    if charge.status not in UNSETTLED:
        return charge
    try:
        outcome = await _ask(books, charge)
    except ProcessorTimeout:
        await _mark_unknown(books, charge)
    else:
        await _settle(books, charge, outcome)
    async with books.database.read() as session:
        return await store.get_charge(session, charge_id)


async def reconcile(books: Books, older_than: timedelta) -> list[ChargeRecord]:
    """Settle what a timeout or a crash left open; return these charges as they then are."""
    async with books.database.read() as session:
        unsettled = await store.find_unsettled(session, books.clock() - older_than)
    return [await advance_charge(books, charge.id) for charge in unsettled]


async def _ask(books: Books, charge: ChargeRecord) -> Outcome:
    known = None
    if charge.status is ChargeStatus.UNKNOWN:
        known = await books.processor.find(charge.id)
    request = ProcessorRequest(charge.id, charge.card_token, charge.amount)
    return known or await books.processor.charge(request)


async def _mark_unknown(books: Books, charge: ChargeRecord) -> None:
    async with books.database.write() as session:
        detail = "The payment processor did not answer; the outcome is being looked up."
        await store.move_charge(session, charge.id, ChargeStatus.UNKNOWN, detail, None)


async def _settle(books: Books, charge: ChargeRecord, outcome: Outcome) -> None:
    now = books.clock()
    async with books.database.write() as session:
        await store.ensure_account(session, charge.member_id)
        approved = isinstance(outcome, Approved)
        status = ChargeStatus.SUCCEEDED if approved else ChargeStatus.DECLINED
        detail = outcome.reference if isinstance(outcome, Approved) else outcome.reason
        if not await store.move_charge(session, charge.id, status, detail, now):
            return
        if approved:
            await _record_payment(session, charge, now)
        else:
            await _record_decline(session, charge, now)


async def _record_payment(session: AsyncSession, charge: ChargeRecord, now: datetime) -> None:
    period = await store.get_period(session, charge.period_id)
    account = await store.ensure_account(session, charge.member_id)
    await store.set_period_status(session, period.id, PeriodStatus.PAID)
    await store.record_entry(
        session, payment(charge.member_id, charge.amount), now, period.id, charge.id
    )
    begins = charge.purpose is ChargePurpose.SUBSCRIBE
    keeps_cancelled = account.status is AccountStatus.CANCELLED and not begins
    status = AccountStatus.CANCELLED if keeps_cancelled else AccountStatus.ACTIVE
    await store.update_account(
        session,
        charge.member_id,
        status=status.value,
        plan_id=period.plan_id,
        anchor=period.starts_at if begins else account.anchor,
        paid_through=period.ends_at,
        card_token=charge.card_token,
        cancelled_at=account.cancelled_at if keeps_cancelled else None,
        unsettled_charge_id=None,
        failed_attempts=0,
        next_attempt_at=None,
    )


async def _record_decline(session: AsyncSession, charge: ChargeRecord, now: datetime) -> None:
    if charge.purpose is ChargePurpose.SUBSCRIBE:
        await void_period(session, charge.period_id, now)
        await store.update_account(session, charge.member_id, unsettled_charge_id=None)
        return
    account = await store.ensure_account(session, charge.member_id)
    cancelled = account.status is AccountStatus.CANCELLED
    tries_again = not cancelled and account.failed_attempts < len(DUNNING)
    if tries_again:
        await store.set_period_status(session, charge.period_id, PeriodStatus.PAST_DUE)
    else:
        await void_period(session, charge.period_id, now)
    status = AccountStatus.PAST_DUE if tries_again else AccountStatus.ENDED
    await store.update_account(
        session,
        charge.member_id,
        status=status.value,
        unsettled_charge_id=None,
        failed_attempts=account.failed_attempts + 1,
        next_attempt_at=now + DUNNING[account.failed_attempts] if tries_again else None,
    )


async def void_period(session: AsyncSession, period_id: str, now: datetime) -> None:
    """Take an unpaid invoice back, in the period and in the ledger."""
    period = await store.get_period(session, period_id)
    await store.set_period_status(session, period_id, PeriodStatus.VOID)
    await store.record_entry(session, void_invoice(period.member_id, period.amount), now, period_id)
