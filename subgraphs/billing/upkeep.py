"""What billing does by itself, again and again."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from subgraphs.billing.use_cases.books import Books
from subgraphs.billing.use_cases.renew import run_cycle
from subgraphs.billing.use_cases.settle import reconcile

# A request that is still being served settles its own charge; only older ones are looked after.
GRACE = timedelta(seconds=10)
_logger = logging.getLogger("reelgraph.billing")


async def keep_books(books: Books, every_seconds: float) -> None:
    """Reconcile open charges and renew periods until cancelled; a failure is tried again."""
    while True:
        try:
            await reconcile(books, GRACE)
            await run_cycle(books)
        except Exception:
            _logger.exception("billing's upkeep failed; it is tried again")
        await asyncio.sleep(every_seconds)
