"""Collect what is due, once a key."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.billing import store
from subgraphs.billing.domain.states import ChargePurpose, ChargeStatus
from subgraphs.billing.records import AccountRecord, ChargeRecord, PeriodRecord
from subgraphs.billing.use_cases.books import (
    Books,
    CardMissing,
    Charged,
    IdempotencyKeyReused,
    InProgress,
    NothingDue,
    fingerprint,
)
from subgraphs.billing.use_cases.settle import advance_charge


async def charge_now(
    books: Books, member_id: str, key: str, card_token: str | None
) -> Charged | InProgress | NothingDue:
    """Collect the member's earliest unpaid invoice.

    Raises IdempotencyKeyReused when the key was used otherwise, CardMissing without any card.
    """
    print_of_request = fingerprint("charge now", card_token)
    async with books.database.write() as session:
        account = await store.ensure_account(session, member_id)
        charge = await find_by_key(session, member_id, key, print_of_request)
        if charge is None:
            if account.unsettled_charge_id is not None:
                return InProgress(await store.get_charge(session, account.unsettled_charge_id))
            period = await store.find_unpaid_period(session, member_id)
            if period is None:
                return NothingDue(account)
            charge = await open_charge(session, account, period, card_token, books)
            await store.insert_key(session, member_id, key, print_of_request, charge.id)
    return Charged(await advance_charge(books, charge.id))


async def find_by_key(
    session: AsyncSession, member_id: str, key: str, print_of_request: str
) -> ChargeRecord | None:
    """Return the charge of a used key, None for a new key; raises IdempotencyKeyReused."""
    known = await store.find_key(session, member_id, key)
    if known is None:
        return None
    if known[0] != print_of_request:
        raise IdempotencyKeyReused
    return await store.get_charge(session, known[1])


async def open_charge(
    session: AsyncSession,
    account: AccountRecord,
    period: PeriodRecord,
    card_token: str | None,
    books: Books,
    purpose: ChargePurpose = ChargePurpose.RENEWAL,
) -> ChargeRecord:
    """Add a PENDING charge for an invoiced period and make it the account's one in flight.

    Raises CardMissing when neither the request nor the account has a card.
    """
    card = card_token or account.card_token
    if card is None:
        raise CardMissing
    charge = ChargeRecord(
        id=store.new_id(),
        member_id=account.member_id,
        period_id=period.id,
        purpose=purpose,
        card_token=card,
        amount=period.amount,
        status=ChargeStatus.PENDING,
        created_at=books.clock(),
    )
    await store.insert_charge(session, charge)
    await store.update_account(session, account.member_id, unsettled_charge_id=charge.id)
    return charge
