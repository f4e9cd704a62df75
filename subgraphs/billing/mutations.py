"""Billing's mutations."""

from __future__ import annotations

import re
from typing import Annotated

import strawberry

from reelgraph_dgs.errors import BadRequest, FailedPrecondition, NotFound
from reelgraph_dgs.permissions import require_member
from subgraphs.billing import store
from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.domain.states import ChargeStatus
from subgraphs.billing.records import ChargeRecord
from subgraphs.billing.types import (
    AlreadySubscribed,
    BillingAccount,
    Charge,
    ChargeResult,
    Info,
    NothingDue,
    PaymentDeclined,
    PaymentInProgress,
    PaymentPending,
    PaymentSucceeded,
    SubscribeResult,
    SubscriptionResumed,
)
from subgraphs.billing.use_cases import books, cancel, charge_once, subscribe

IdempotencyKey = Annotated[
    str,
    strawberry.argument(
        description="Chosen by the client, one a payment: sending it again never pays twice."
    ),
]
CardToken = Annotated[
    str | None,
    strawberry.argument(description="The processor's token of a card; null for the one on file."),
]
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_CARD_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")


@strawberry.type
class Mutation:
    """What can be done."""

    @strawberry.mutation(description="Begin a subscription and pay its first month.")
    async def subscribe(
        self,
        info: Info,
        plan_id: strawberry.ID,
        idempotency_key: IdempotencyKey,
        card_token: CardToken = None,
    ) -> SubscribeResult:
        """Subscribe the caller."""
        member_id = _check_request(info, idempotency_key, card_token)
        plan = PLANS.get(plan_id)
        if plan is None:
            raise NotFound(f"There is no plan {plan_id!r}. Choose one of `plans`.", path="planId")
        try:
            outcome = await subscribe.subscribe(
                info.context.resources, member_id, plan, idempotency_key, card_token
            )
        except books.BillingError as error:
            raise _client_error(error) from error
        match outcome:
            case books.AlreadySubscribed():
                return AlreadySubscribed(account=BillingAccount.of(outcome.account))
            case books.Resumed():
                return SubscriptionResumed(account=BillingAccount.of(outcome.account))
            case books.InProgress():
                return PaymentInProgress(charge=Charge.of(outcome.charge))
            case books.Charged():
                return await _show_charge(info, outcome.charge)

    @strawberry.mutation(description="Pay the earliest unpaid invoice now.")
    async def charge_now(
        self, info: Info, idempotency_key: IdempotencyKey, card_token: CardToken = None
    ) -> ChargeResult:
        """Charge the caller."""
        member_id = _check_request(info, idempotency_key, card_token)
        try:
            outcome = await charge_once.charge_now(
                info.context.resources, member_id, idempotency_key, card_token
            )
        except books.BillingError as error:
            raise _client_error(error) from error
        match outcome:
            case books.NothingDue():
                return NothingDue(account=BillingAccount.of(outcome.account))
            case books.InProgress():
                return PaymentInProgress(charge=Charge.of(outcome.charge))
            case books.Charged():
                return await _show_charge(info, outcome.charge)

    @strawberry.mutation(description="Stop renewals; what is paid stays usable.")
    async def cancel_subscription(self, info: Info) -> BillingAccount:
        """Cancel the caller's subscription."""
        try:
            account = await cancel.cancel(info.context.resources, require_member(info.context))
        except books.BillingError as error:
            raise _client_error(error) from error
        return BillingAccount.of(account)


def _check_request(info: Info, key: str, card_token: str | None) -> str:
    member_id = require_member(info.context)
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "An idempotency key has 8 to 128 visible ASCII characters; a random UUID is a good one.",
            path="idempotencyKey",
        )
    if card_token is not None and not _CARD_TOKEN.fullmatch(card_token):
        raise BadRequest("This is no card token.", path="cardToken")
    return member_id


def _client_error(error: books.BillingError) -> BadRequest | FailedPrecondition:
    if isinstance(error, books.NoSubscription):
        return FailedPrecondition(str(error))
    reused = isinstance(error, books.IdempotencyKeyReused)
    return BadRequest(str(error), path="idempotencyKey" if reused else "cardToken")


async def _show_charge(
    info: Info, charge: ChargeRecord
) -> PaymentSucceeded | PaymentDeclined | PaymentPending:
    shown = Charge.of(charge)
    match charge.status:
        case ChargeStatus.SUCCEEDED:
            async with info.context.resources.database.read() as session:
                accounts = await store.find_accounts(session, [charge.member_id])
            account = BillingAccount.of(accounts[charge.member_id])
            return PaymentSucceeded(charge=shown, account=account)
        case ChargeStatus.DECLINED:
            return PaymentDeclined(charge=shown, message=charge.detail or "The card was declined.")
        case _:
            return PaymentPending(charge=shown)
