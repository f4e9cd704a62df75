"""What billing's store holds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from subgraphs.billing.domain.money import Amount
from subgraphs.billing.domain.states import (
    AccountStatus,
    ChargePurpose,
    ChargeStatus,
    PeriodStatus,
)


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Where a member stands with billing."""

    member_id: str
    status: AccountStatus
    plan_id: str | None = None
    anchor: datetime | None = None
    paid_through: datetime | None = None
    card_token: str | None = None
    cancelled_at: datetime | None = None
    unsettled_charge_id: str | None = None
    failed_attempts: int = 0
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PeriodRecord:
    """One period, `[starts_at, ends_at)`, number `number` since the anchor."""

    id: str
    member_id: str
    plan_id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    amount: Amount
    status: PeriodStatus


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """One attempt to collect a period's price; its id is the processor's idempotency key."""

    id: str
    member_id: str
    period_id: str
    purpose: ChargePurpose
    card_token: str
    amount: Amount
    status: ChargeStatus
    created_at: datetime
    detail: str | None = None
    settled_at: datetime | None = None
