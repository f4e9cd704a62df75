"""What billing asks of a payment processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from subgraphs.billing.domain.money import Amount


@dataclass(frozen=True, slots=True)
class ProcessorRequest:
    """A charge: `key` is its idempotency key, the card is a token the processor gave out."""

    key: str
    card_token: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Approved:
    """The money was taken."""

    reference: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The money was not taken; `reason` may be shown to the member."""

    reason: str


Outcome = Approved | Declined


class ProcessorTimeout(Exception):
    """The processor did not answer, so nobody knows whether the money was taken."""


class PaymentProcessor(Protocol):
    """A processor that honours idempotency keys: one key is charged at most once."""

    async def charge(self, request: ProcessorRequest) -> Outcome:
        """Charge the card, or return the outcome of the earlier charge with this key.

        Raises ProcessorTimeout when the outcome is unknown.
        """

    async def find(self, key: str) -> Outcome | None:
        """Return the outcome of the charge with this key, None when the processor never saw it.

        Raises ProcessorTimeout when it does not answer.
        """
