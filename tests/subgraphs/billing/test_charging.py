from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subgraphs.billing import store
from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.domain.states import AccountStatus, ChargeStatus, PeriodStatus
from subgraphs.billing.records import AccountRecord
from subgraphs.billing.use_cases.books import (
    AlreadySubscribed,
    Books,
    CardMissing,
    Charged,
    IdempotencyKeyReused,
    InProgress,
    NoSubscription,
    NothingDue,
    Resumed,
)
from subgraphs.billing.use_cases.cancel import cancel
from subgraphs.billing.use_cases.charge_once import charge_now
from subgraphs.billing.use_cases.renew import run_cycle
from subgraphs.billing.use_cases.settle import reconcile
from subgraphs.billing.use_cases.subscribe import subscribe

STANDARD = PLANS["standard"]


async def begin(books: Books, key: str = "key-0001", card: str | None = "card_ok") -> Any:
    return await subscribe(books, "m1", STANDARD, key, card)


async def account(books: Books) -> AccountRecord:
    async with books.database.read() as session:
        return (await store.find_accounts(session, ["m1"]))["m1"]


async def period_statuses(books: Books) -> list[PeriodStatus]:
    async with books.database.read() as session:
        found = await store.list_periods(session, ["m1"], 50)
    return [period.status for period in reversed(found["m1"])]


async def test_a_paid_first_month_begins_the_subscription(books: Books, ledger: Any) -> None:
    outcome = await begin(books)

    assert outcome.charge.status is ChargeStatus.SUCCEEDED
    now = await account(books)
    assert (now.status, now.plan_id) == (AccountStatus.ACTIVE, "standard")
    assert now.paid_through == datetime(2026, 2, 28, 12, 0, tzinfo=UTC)
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)


async def test_a_declined_card_begins_nothing_and_another_may_try(
    books: Books, ledger: Any
) -> None:
    declined = await begin(books, "key-0001", "card_declined")
    between = await account(books)
    paid = await begin(books, "key-0002", "card_ok")

    assert declined.charge.status is ChargeStatus.DECLINED
    assert declined.charge.detail == "The card was declined."
    assert (between.status, between.paid_through) == (AccountStatus.NONE, None)
    assert paid.charge.status is ChargeStatus.SUCCEEDED
    assert await period_statuses(books) == [PeriodStatus.VOID, PeriodStatus.PAID]
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)


async def test_the_same_request_again_gives_the_same_charge(books: Books, ledger: Any) -> None:
    first, again = await begin(books), await begin(books)

    assert first == again
    assert ledger.approved() == 1


async def test_racing_requests_with_one_key_pay_once(books: Books, ledger: Any) -> None:
    outcomes = await asyncio.gather(*(begin(books) for _ in range(8)))

    assert {outcome.charge.id for outcome in outcomes} == {outcomes[0].charge.id}
    assert {outcome.charge.status for outcome in outcomes} == {ChargeStatus.SUCCEEDED}
    assert ledger.approved() == 1
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)


async def test_racing_requests_with_different_keys_pay_once(books: Books, ledger: Any) -> None:
    outcomes = await asyncio.gather(*(begin(books, f"key-000{number}") for number in range(6)))

    charged = [outcome for outcome in outcomes if isinstance(outcome, Charged)]
    assert len(charged) == 1
    rest = [outcome for outcome in outcomes if not isinstance(outcome, Charged)]
    assert all(isinstance(outcome, InProgress | AlreadySubscribed) for outcome in rest)
    assert ledger.approved() == 1
    await ledger.assert_whole(books)


async def test_a_key_of_another_request_is_refused(books: Books) -> None:
    await begin(books)

    with pytest.raises(IdempotencyKeyReused, match="different request"):
        await subscribe(books, "m1", PLANS["premium"], "key-0001", "card_ok")
    with pytest.raises(IdempotencyKeyReused):
        await charge_now(books, "m1", "key-0001", "card_ok")
    # Keys are a member's own.
    other = await subscribe(books, "m2", STANDARD, "key-0001", "card_ok")
    assert isinstance(other, Charged)


async def test_without_any_card_nothing_is_written(books: Books, ledger: Any) -> None:
    with pytest.raises(CardMissing):
        await begin(books, card=None)

    assert await ledger.balances(books) == {}
    assert isinstance(await begin(books, card="card_ok"), Charged)


@pytest.mark.parametrize(
    ("card", "end", "cash"),
    [
        ("card_timeout_approved", ChargeStatus.SUCCEEDED, 899),
        ("card_timeout_declined", ChargeStatus.DECLINED, 0),
        ("card_timeout_lost", ChargeStatus.SUCCEEDED, 899),
    ],
)
async def test_an_unknown_outcome_is_kept_and_reconciled(
    books: Books, clock: Any, card: str, end: ChargeStatus, cash: int, ledger: Any
) -> None:
    outcome = await begin(books, card=card)
    assert outcome.charge.status is ChargeStatus.UNKNOWN
    assert isinstance(await begin(books, "key-0002"), InProgress)
    await ledger.assert_whole(books)

    assert await reconcile(books, timedelta(seconds=10)) == []  # too young to look after
    clock.advance(timedelta(seconds=11))
    (settled,) = await reconcile(books, timedelta(seconds=10))

    assert settled.status is end
    assert (await ledger.balances(books)).get("cash", 0) == cash
    assert await reconcile(books, timedelta(0)) == []
    await ledger.assert_whole(books)


async def test_periods_are_renewed_at_month_ends(books: Books, clock: Any, ledger: Any) -> None:
    await begin(books)
    ends = []
    for _ in range(3):
        paid_through = (await account(books)).paid_through
        assert paid_through is not None
        clock.now = paid_through - timedelta(seconds=1)
        assert await run_cycle(books) == []
        clock.now = paid_through
        (charge,) = await run_cycle(books)
        assert charge.status is ChargeStatus.SUCCEEDED
        ends.append((await account(books)).paid_through)

    assert [end.date().isoformat() for end in ends if end] == [
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]
    assert await ledger.balances(books) == {"cash": 4 * 899, "revenue": -4 * 899}
    await ledger.assert_whole(books)


async def test_nobody_pays_for_months_in_which_billing_stood_still(
    books: Books, clock: Any
) -> None:
    await begin(books)
    clock.now = datetime(2026, 6, 10, tzinfo=UTC)

    (charge,) = await run_cycle(books)

    assert charge.status is ChargeStatus.SUCCEEDED
    assert (await account(books)).paid_through == datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert await run_cycle(books) == []


async def test_a_failing_renewal_is_tried_again_and_then_ends(
    books: Books, clock: Any, ledger: Any
) -> None:
    await begin(books)
    async with books.database.write() as session:
        await store.update_account(session, "m1", card_token="card_declined")
    clock.now = datetime(2026, 2, 28, 12, tzinfo=UTC)
    tried = []
    for _ in range(15):
        charges = await run_cycle(books)
        tried += [clock.now.day for charge in charges]
        clock.advance(timedelta(days=1))

    assert tried == [28, 1, 4, 11]  # after 1, 3 and 7 days
    assert (await account(books)).status is AccountStatus.ENDED
    assert await period_statuses(books) == [PeriodStatus.PAID, PeriodStatus.VOID]
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)


async def test_charge_now_pays_what_is_past_due(books: Books, clock: Any, ledger: Any) -> None:
    await begin(books)
    assert isinstance(await charge_now(books, "m1", "key-0010", None), NothingDue)
    async with books.database.write() as session:
        await store.update_account(session, "m1", card_token="card_declined")
    clock.now = datetime(2026, 2, 28, 12, tzinfo=UTC)
    await run_cycle(books)
    assert (await account(books)).status is AccountStatus.PAST_DUE

    paid = await charge_now(books, "m1", "key-0011", "card_ok")

    assert isinstance(paid, Charged)
    assert paid.charge.status is ChargeStatus.SUCCEEDED
    assert (await account(books)).status is AccountStatus.ACTIVE
    assert (await account(books)).paid_through == datetime(2026, 3, 31, 12, tzinfo=UTC)
    await ledger.assert_whole(books)


async def test_what_is_cancelled_runs_out_and_can_be_resumed_before(
    books: Books, clock: Any, ledger: Any
) -> None:
    with pytest.raises(NoSubscription):
        await cancel(books, "m1")
    await begin(books)
    cancelled = await cancel(books, "m1")
    resumed = await begin(books, "key-0002")
    again = await cancel(books, "m1")
    clock.now = datetime(2026, 2, 28, 12, tzinfo=UTC)

    assert cancelled.status is again.status is AccountStatus.CANCELLED
    assert isinstance(resumed, Resumed)
    assert await run_cycle(books) == []
    assert (await account(books)).status is AccountStatus.ENDED
    assert isinstance(await begin(books, "key-0003"), Charged)
    await ledger.assert_whole(books)


async def test_cancelling_while_past_due_voids_the_open_invoice(
    books: Books, clock: Any, ledger: Any
) -> None:
    await begin(books)
    async with books.database.write() as session:
        await store.update_account(session, "m1", card_token="card_declined")
    clock.now = datetime(2026, 2, 28, 12, tzinfo=UTC)
    await run_cycle(books)
    await cancel(books, "m1")
    await run_cycle(books)

    assert (await account(books)).status is AccountStatus.ENDED
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)
