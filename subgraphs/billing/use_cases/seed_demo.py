"""The demo member's subscription, so that a newcomer can press play at once."""

from __future__ import annotations

from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.use_cases.books import Books
from subgraphs.billing.use_cases.subscribe import subscribe

# The member service makes a member with this id when it seeds.
DEMO_MEMBER = "demo"


async def seed_demo(books: Books) -> None:
    """Subscribe the demo member to the standard plan, unless that was done before."""
    await subscribe(books, DEMO_MEMBER, PLANS["standard"], "seed-demo", "card_ok")
