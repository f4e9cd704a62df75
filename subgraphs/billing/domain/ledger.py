"""Double-entry book-keeping: an entry is lines that sum to zero.

A line's amount is signed, in minor units: above zero debits its account, below zero credits it.
"""

from __future__ import annotations

from dataclasses import dataclass

from subgraphs.billing.domain.money import Amount

REVENUE = "revenue"
CASH = "cash"


@dataclass(frozen=True, slots=True)
class Line:
    """A signed amount on one account."""

    account: str
    minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, in one currency. Raises UnbalancedEntry when its lines do not sum to zero."""

    kind: str
    currency: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        total = sum(line.minor for line in self.lines)
        if total != 0:
            raise UnbalancedEntry(f"the lines of a {self.kind} entry sum to {total}, not to zero")


class UnbalancedEntry(Exception):
    """An entry would break the books."""


def receivable(member_id: str) -> str:
    """Name the account of what a member owes."""
    return f"receivable:{member_id}"


def invoice(member_id: str, amount: Amount) -> Entry:
    """The member owes a period's price."""
    return _entry("INVOICE", amount, debit=receivable(member_id), credit=REVENUE)


def payment(member_id: str, amount: Amount) -> Entry:
    """The processor collected what was owed."""
    return _entry("PAYMENT", amount, debit=CASH, credit=receivable(member_id))


def void_invoice(member_id: str, amount: Amount) -> Entry:
    """An invoice is taken back, because its period never began."""
    return _entry("VOID", amount, debit=REVENUE, credit=receivable(member_id))


def _entry(kind: str, amount: Amount, debit: str, credit: str) -> Entry:
    return Entry(kind, amount.currency, (Line(debit, amount.minor), Line(credit, -amount.minor)))
