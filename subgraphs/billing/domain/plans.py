"""The plans on offer."""

from __future__ import annotations

from dataclasses import dataclass

from subgraphs.billing.domain.money import Amount


@dataclass(frozen=True, slots=True)
class Plan:
    """A monthly plan and its limits: streams at the same time, lines of the tallest picture."""

    id: str
    name: str
    price: Amount
    max_streams: int
    max_height: int


PLANS: dict[str, Plan] = {
    plan.id: plan
    for plan in (
        Plan("basic", "Basic", Amount(499, "EUR"), max_streams=1, max_height=480),
        Plan("standard", "Standard", Amount(899, "EUR"), max_streams=2, max_height=720),
        Plan("premium", "Premium", Amount(1299, "EUR"), max_streams=4, max_height=1080),
    )
}
