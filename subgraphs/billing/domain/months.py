"""Month arithmetic for billing periods."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime


def add_months(anchor: datetime, months: int) -> datetime:
    """Return the moment `months` after `anchor`, on its day or on the month's last day.

    Count from the anchor and never from the result before: 31 January gives 28 February and then
    31 March again.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def period_bounds(anchor: datetime, number: int) -> tuple[datetime, datetime]:
    """Return `[start, end)` of the period `number`, counted from 0 at the anchor."""
    return add_months(anchor, number), add_months(anchor, number + 1)
