"""Billing's root queries."""

from __future__ import annotations

import strawberry

from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.types import Plan


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field(description="The plans on offer, the cheapest first.")
    def plans(self) -> list[Plan]:
        """Return every plan."""
        by_price = sorted(PLANS.values(), key=lambda plan: plan.price.minor)
        return [Plan.of(plan) for plan in by_price]
