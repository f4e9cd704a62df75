"""An embedded payment processor whose answers follow from the card token.

It keeps its own books in its own file, as a processor would, so that they outlive a crash of
billing. Tokens: `card_ok` is approved; `card_declined` is declined; `card_timeout_approved` and
`card_timeout_declined` decide so but never answer; `card_timeout_lost` loses the first request and
approves the second. Every other token is declined as unknown.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from subgraphs.billing.processor.port import (
    Approved,
    Declined,
    Outcome,
    ProcessorRequest,
    ProcessorTimeout,
)

_SCHEMA = """
create table if not exists attempts (key text primary key, count integer not null);
create table if not exists outcomes (
    key text primary key, minor integer not null, currency text not null,
    approved integer not null, detail text not null
);
"""
_NO_ANSWER = "the payment processor did not answer"
_SILENT = frozenset({"card_timeout_approved", "card_timeout_declined"})


class SimulatedProcessor:
    """The simulator over one SQLite file; safe among processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def charge(self, request: ProcessorRequest) -> Outcome:
        """See PaymentProcessor."""
        outcome = await asyncio.to_thread(self._charge, request)
        if outcome is None or request.card_token in _SILENT:
            raise ProcessorTimeout(_NO_ANSWER)
        return outcome

    async def find(self, key: str) -> Outcome | None:
        """See PaymentProcessor."""
        return await asyncio.to_thread(self._find, key)

    def _charge(self, request: ProcessorRequest) -> Outcome | None:
        with self._transaction() as database:
            known = _read(database, request.key)
            if known is not None:
                return known
            outcome = _decide(request, _count_attempt(database, request.key))
            if outcome is not None:
                _write(database, request, outcome)
            return outcome

    def _find(self, key: str) -> Outcome | None:
        with self._transaction() as database:
            return _read(database, key)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        with closing(connection) as database:
            database.executescript(_SCHEMA)
            database.execute("begin immediate")
            yield database
            database.execute("commit")


def _decide(request: ProcessorRequest, attempt: int) -> Outcome | None:
    approved = Approved(f"sim-{request.key}")
    match request.card_token:
        case "card_ok" | "card_timeout_approved":
            return approved
        case "card_declined" | "card_timeout_declined":
            return Declined("The card was declined.")
        case "card_timeout_lost":
            return approved if attempt > 1 else None
        case _:
            return Declined("The card is not known.")


def _count_attempt(database: sqlite3.Connection, key: str) -> int:
    row = database.execute(
        "insert into attempts values (?, 1) on conflict (key) do update set count = count + 1 "
        "returning count",
        (key,),
    ).fetchone()
    return int(row[0])


def _read(database: sqlite3.Connection, key: str) -> Outcome | None:
    row = database.execute("select approved, detail from outcomes where key = ?", (key,)).fetchone()
    if row is None:
        return None
    return Approved(row[1]) if row[0] else Declined(row[1])


def _write(database: sqlite3.Connection, request: ProcessorRequest, outcome: Outcome) -> None:
    approved = isinstance(outcome, Approved)
    detail = outcome.reference if isinstance(outcome, Approved) else outcome.reason
    database.execute(
        "insert into outcomes values (?, ?, ?, ?, ?)",
        (request.key, request.amount.minor, request.amount.currency, approved, detail),
    )
