"""Billing's GraphQL types."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import PermissionDenied, Unauthenticated
from subgraphs.billing import store
from subgraphs.billing.domain import plans
from subgraphs.billing.domain.money import Amount
from subgraphs.billing.domain.states import AccountStatus, ChargeStatus, PeriodStatus
from subgraphs.billing.records import AccountRecord, ChargeRecord, PeriodRecord
from subgraphs.billing.use_cases.books import Books

Info = strawberry.Info[Context[Books], None]

READ_BILLING = "billing:read"
LATEST = 24

strawberry.enum(
    AccountStatus, name="BillingStatus", description="Where a member stands with billing."
)
strawberry.enum(PeriodStatus, name="BillingPeriodStatus", description="How far a period is paid.")
strawberry.enum(ChargeStatus, name="ChargeStatus", description="How a charge went.")


@strawberry.type(description="An exact amount of money.")
class Money:
    """A decimal in major units."""

    amount: Decimal = strawberry.field(description="Major units as a decimal string: `8.99`.")
    currency: str = strawberry.field(description="ISO 4217 code.")

    @classmethod
    def of(cls, amount: Amount) -> Money:
        """Show an amount."""
        return cls(amount=amount.as_decimal(), currency=amount.currency)


@strawberry.type(description="A monthly plan.")
class Plan:
    """What can be subscribed to."""

    id: strawberry.ID
    name: str
    price: Money = strawberry.field(description="Price of a month.")
    max_streams: int = strawberry.field(description="How many streams may play at the same time.")
    max_height: int = strawberry.field(description="Lines of the tallest picture.")

    @classmethod
    def of(cls, plan: plans.Plan) -> Plan:
        """Show a plan."""
        return cls(
            id=strawberry.ID(plan.id),
            name=plan.name,
            price=Money.of(plan.price),
            max_streams=plan.max_streams,
            max_height=plan.max_height,
        )


@strawberry.type(description="One month of a subscription, from `startsAt` until before `endsAt`.")
class BillingPeriod:
    """A period."""

    id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    price: Money
    status: PeriodStatus

    @classmethod
    def of(cls, record: PeriodRecord) -> BillingPeriod:
        """Show a record."""
        return cls(
            id=strawberry.ID(record.id),
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            price=Money.of(record.amount),
            status=record.status,
        )


@strawberry.type(description="One attempt to collect a period's price.")
class Charge:
    """A charge."""

    id: strawberry.ID
    amount: Money
    status: ChargeStatus
    created_at: datetime
    settled_at: datetime | None = strawberry.field(description="Null until the outcome is known.")

    @classmethod
    def of(cls, record: ChargeRecord) -> Charge:
        """Show a record."""
        return cls(
            id=strawberry.ID(record.id),
            amount=Money.of(record.amount),
            status=record.status,
            created_at=record.created_at,
            settled_at=record.settled_at,
        )


@strawberry.type(description="Where a member stands with billing.")
class BillingAccount:
    """An account; NONE without plan until a first payment."""

    record: strawberry.Private[AccountRecord]

    @classmethod
    def of(cls, record: AccountRecord) -> BillingAccount:
        """Show a record."""
        return cls(record=record)

    @strawberry.field(description="The plan paid last; null before a first payment.")
    def plan(self) -> Plan | None:
        """Return the plan."""
        plan = plans.PLANS.get(self.record.plan_id or "")
        return None if plan is None else Plan.of(plan)

    @strawberry.field
    def status(self) -> AccountStatus:
        """Return the status."""
        return self.record.status

    @strawberry.field(description="Until when it is paid; null before a first payment.")
    def paid_through(self) -> datetime | None:
        """Return the end of the last paid period."""
        return self.record.paid_through

    @strawberry.field(description=f"The latest {LATEST} periods, the latest first.")
    async def periods(self, info: Info) -> list[BillingPeriod]:
        """Return the latest periods."""
        loader = info.context.loader(_load_periods)
        return [BillingPeriod.of(record) for record in await loader.load(self.record.member_id)]

    @strawberry.field(description=f"The latest {LATEST} charges, the latest first.")
    async def charges(self, info: Info) -> list[Charge]:
        """Return the latest charges."""
        loader = info.context.loader(_load_charges)
        return [Charge.of(record) for record in await loader.load(self.record.member_id)]


@strawberry.type(description="The charge succeeded.")
class PaymentSucceeded:
    """The money was taken and the period is paid."""

    charge: Charge
    account: BillingAccount


@strawberry.type(description="The card was not charged.")
class PaymentDeclined:
    """The money was not taken; another card may work, under a new key."""

    charge: Charge
    message: str


@strawberry.type(description="The outcome is not known yet; ask again with the same key.")
class PaymentPending:
    """The processor has not answered; the charge is reconciled on its own."""

    charge: Charge
    message: str = "The payment is being looked up. Ask again soon with the same key."


@strawberry.type(description="Another charge of the account is in flight; wait for it.")
class PaymentInProgress:
    """One charge at a time."""

    charge: Charge
    message: str = "Another payment of yours is under way. Wait for it."


@strawberry.type(description="There is a running plan; nothing was charged.")
class AlreadySubscribed:
    """Nothing to begin."""

    account: BillingAccount
    message: str = "There is a running plan."


@strawberry.type(description="A cancelled plan goes on within its paid time; nothing was charged.")
class SubscriptionResumed:
    """Nothing to pay."""

    account: BillingAccount


@strawberry.type(description="No invoice is unpaid; nothing was charged.")
class NothingDue:
    """Nothing to pay."""

    account: BillingAccount
    message: str = "Nothing is due."


SubscribeResult = Annotated[
    PaymentSucceeded
    | PaymentDeclined
    | PaymentPending
    | PaymentInProgress
    | AlreadySubscribed
    | SubscriptionResumed,
    strawberry.union("SubscribeResult"),
]
ChargeResult = Annotated[
    PaymentSucceeded | PaymentDeclined | PaymentPending | PaymentInProgress | NothingDue,
    strawberry.union("ChargeResult"),
]


def require_account_owner(info: Info, member_id: str) -> None:
    """Let the member themselves and services with billing:read pass.

    Raises Unauthenticated without a caller, PermissionDenied for anybody else.
    """
    identity = info.context.identity
    if identity.is_member and identity.subject == member_id:
        return
    if identity.is_service and identity.has_scope(READ_BILLING):
        return
    if identity.kind == "anonymous":
        raise Unauthenticated("Sign in first.")
    raise PermissionDenied("Only the member may see this.")


async def _load_periods(context: Context[Books], members: list[str]) -> list[list[PeriodRecord]]:
    async with context.resources.database.read() as session:
        found = await store.list_periods(session, members, LATEST)
    return [found[member_id] for member_id in members]


async def _load_charges(context: Context[Books], members: list[str]) -> list[list[ChargeRecord]]:
    async with context.resources.database.read() as session:
        found = await store.list_charges(session, members, LATEST)
    return [found[member_id] for member_id in members]
