from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.billing.domain.ledger import Entry, Line, UnbalancedEntry
from subgraphs.billing.domain.money import Amount
from subgraphs.billing.domain.months import add_months, period_bounds


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30T23:59:59", 3, "2027-02-28T23:59:59"),
        ("2026-05-01", 0, "2026-05-01"),
    ],
)
def test_months_end_on_the_anchor_day_or_the_last(anchor: str, months: int, expected: str) -> None:
    assert add_months(day(anchor), months) == day(expected)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 240),
)
def test_periods_follow_each_other_without_gap_or_overlap(anchor: datetime, number: int) -> None:
    start, end = period_bounds(anchor, number)
    next_start, _ = period_bounds(anchor, number + 1)

    assert start < end == next_start
    assert start.day <= anchor.day
    assert (start.year * 12 + start.month) - (anchor.year * 12 + anchor.month) == number


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(899, "EUR", "8.99"), (5, "USD", "0.05"), (1200, "EUR", "12.00"), (500, "JPY", "500")],
)
def test_money_has_its_currency_s_decimals(minor: int, currency: str, shown: str) -> None:
    assert str(Amount(minor, currency).as_decimal()) == shown
    assert isinstance(Amount(minor, currency).as_decimal(), Decimal)


def test_an_entry_that_does_not_sum_to_zero_cannot_exist() -> None:
    with pytest.raises(UnbalancedEntry, match="sum to 1"):
        Entry("PAYMENT", "EUR", (Line("cash", 900), Line("receivable:m", -899)))
