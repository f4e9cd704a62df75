"""What every use case works with, and the outcomes they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from reelgraph_dgs.database import Database
from reelgraph_kit.clock import Clock
from subgraphs.billing.processor.port import PaymentProcessor
from subgraphs.billing.records import AccountRecord, ChargeRecord


@dataclass(frozen=True, slots=True)
class Books:
    """The database, the payment processor and the clock (aware UTC)."""

    database: Database
    processor: PaymentProcessor
    clock: Clock


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge was made or found by its key; its status tells how it went."""

    charge: ChargeRecord


@dataclass(frozen=True, slots=True)
class InProgress:
    """Another charge of the account is not settled yet."""

    charge: ChargeRecord


@dataclass(frozen=True, slots=True)
class AlreadySubscribed:
    """There is a running plan, so nothing was charged."""

    account: AccountRecord


@dataclass(frozen=True, slots=True)
class Resumed:
    """A cancelled plan with paid time left goes on, so nothing was charged."""

    account: AccountRecord


@dataclass(frozen=True, slots=True)
class NothingDue:
    """No invoice is unpaid, so nothing was charged."""

    account: AccountRecord


class BillingError(Exception):
    """What a caller did wrong; the text is the message for them."""


class IdempotencyKeyReused(BillingError):
    """The idempotency key belongs to another request; send a new key with a new request."""

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used for a different request. "
            "Send the same request again, or a new key for a new request."
        )


class CardMissing(BillingError):
    """No card is on file; pass one."""

    def __init__(self) -> None:
        super().__init__("There is no card on file. Pass cardToken.")


class NoSubscription(BillingError):
    """There is no running plan to cancel."""

    def __init__(self) -> None:
        super().__init__("There is no running subscription to cancel.")


def fingerprint(*parts: str | None) -> str:
    """Return a digest that tells requests under one idempotency key apart."""
    return hashlib.sha256("\0".join(part or "" for part in parts).encode()).hexdigest()
