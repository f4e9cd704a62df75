"""Begin a subscription: invoice its first period and collect it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.billing import store
from subgraphs.billing.domain.ledger import invoice
from subgraphs.billing.domain.months import period_bounds
from subgraphs.billing.domain.plans import Plan
from subgraphs.billing.domain.states import (
    AccountStatus,
    ChargePurpose,
    PeriodStatus,
)
from subgraphs.billing.records import AccountRecord, ChargeRecord, PeriodRecord
from subgraphs.billing.use_cases.books import (
    AlreadySubscribed,
    Books,
    Charged,
    InProgress,
    Resumed,
    fingerprint,
)
from subgraphs.billing.use_cases.charge_once import find_by_key, open_charge
from subgraphs.billing.use_cases.settle import advance_charge

SubscribeOutcome = Charged | InProgress | AlreadySubscribed | Resumed


async def subscribe(
    books: Books, member_id: str, plan: Plan, key: str, card_token: str | None
) -> SubscribeOutcome:
    """Charge the first period of `plan`; the subscription begins when it is paid.

    The same key with the same request gives the same charge, also when two requests race. Raises
    IdempotencyKeyReused when the key was used otherwise, CardMissing without any card.
    """
    print_of_request = fingerprint("subscribe", plan.id, card_token)
    async with books.database.write() as session:
        account = await store.ensure_account(session, member_id)
        charge = await find_by_key(session, member_id, key, print_of_request)
        if charge is None:
            found = await _find_obstacle(session, account, plan, books)
            if found is not None:
                return found
            charge = await _invoice_first_period(session, account, plan, card_token, books)
            await store.insert_key(session, member_id, key, print_of_request, charge.id)
    return Charged(await advance_charge(books, charge.id))


async def _find_obstacle(
    session: AsyncSession, account: AccountRecord, plan: Plan, books: Books
) -> InProgress | AlreadySubscribed | Resumed | None:
    if account.unsettled_charge_id is not None:
        return InProgress(await store.get_charge(session, account.unsettled_charge_id))
    if account.status in (AccountStatus.ACTIVE, AccountStatus.PAST_DUE):
        return AlreadySubscribed(account)
    paid = account.paid_through is not None and account.paid_through > books.clock()
    if account.status is not AccountStatus.CANCELLED or not paid:
        return None
    if account.plan_id != plan.id:
        return AlreadySubscribed(account)
    await store.update_account(
        session, account.member_id, status=AccountStatus.ACTIVE.value, cancelled_at=None
    )
    return Resumed(await store.ensure_account(session, account.member_id))


async def _invoice_first_period(
    session: AsyncSession,
    account: AccountRecord,
    plan: Plan,
    card_token: str | None,
    books: Books,
) -> ChargeRecord:
    now = books.clock()
    starts_at, ends_at = period_bounds(now, 0)
    period = PeriodRecord(
        id=store.new_id(),
        member_id=account.member_id,
        plan_id=plan.id,
        number=0,
        starts_at=starts_at,
        ends_at=ends_at,
        amount=plan.price,
        status=PeriodStatus.INVOICED,
    )
    await store.insert_period(session, period)
    await store.record_entry(session, invoice(account.member_id, plan.price), now, period.id)
    return await open_charge(session, account, period, card_token, books, ChargePurpose.SUBSCRIBE)
