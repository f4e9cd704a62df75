"""The billing cycle: what has run out is renewed, tried again, or ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.billing import store
from subgraphs.billing.domain.ledger import invoice
from subgraphs.billing.domain.months import period_bounds
from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.domain.states import AccountStatus, PeriodStatus
from subgraphs.billing.records import AccountRecord, ChargeRecord, PeriodRecord
from subgraphs.billing.use_cases.books import Books
from subgraphs.billing.use_cases.charge_once import open_charge
from subgraphs.billing.use_cases.settle import advance_charge, void_period


async def run_cycle(books: Books) -> list[ChargeRecord]:
    """Handle every account whose paid time has run out; return the charges this made."""
    now = books.clock()
    async with books.database.read() as session:
        due = await store.find_due_accounts(session, now)
    made: list[ChargeRecord] = []
    for account in due:
        charge_id = await _renew_or_end(books, account.member_id, now)
        if charge_id is not None:
            made.append(await advance_charge(books, charge_id))
    return made


async def _renew_or_end(books: Books, member_id: str, now: datetime) -> str | None:
    async with books.database.write() as session:
        account = await store.ensure_account(session, member_id)
        if account.paid_through is None or account.paid_through > now:
            return None
        if account.unsettled_charge_id is not None:
            return None
        period = await store.find_unpaid_period(session, member_id)
        if account.status is AccountStatus.CANCELLED:
            if period is not None:
                await void_period(session, period.id, now)
            await store.update_account(session, member_id, status=AccountStatus.ENDED.value)
            return None
        if period is None:
            period = await _invoice_next_period(session, account, now)
        charge = await open_charge(session, account, period, None, books)
        return charge.id


async def _invoice_next_period(
    session: AsyncSession, account: AccountRecord, now: datetime
) -> PeriodRecord:
    """Invoice the period that holds `now`; nobody pays for those in which nothing ran."""
    if account.anchor is None or account.plan_id is None:
        raise AssertionError("an account with paid time has an anchor and a plan")
    number = 1
    while period_bounds(account.anchor, number)[1] <= now:
        number += 1
    starts_at, ends_at = period_bounds(account.anchor, number)
    price = PLANS[account.plan_id].price
    period = PeriodRecord(
        id=store.new_id(),
        member_id=account.member_id,
        plan_id=account.plan_id,
        number=number,
        starts_at=starts_at,
        ends_at=ends_at,
        amount=price,
        status=PeriodStatus.INVOICED,
    )
    await store.insert_period(session, period)
    await store.record_entry(session, invoice(account.member_id, price), now, period.id)
    return period
