from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from reelgraph_dgs.database import Database
from subgraphs.billing.domain.ledger import CASH
from subgraphs.billing.processor.simulator import SimulatedProcessor
from subgraphs.billing.tables import (
    accounts,
    charges,
    ledger_entries,
    ledger_lines,
    metadata,
    periods,
)
from subgraphs.billing.use_cases.books import Books


@dataclass
class SettableClock:
    now: datetime = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


class Ledger:
    """What must hold of the books at every moment."""

    def __init__(self, processor_file: Path) -> None:
        self._processor_file = processor_file

    async def balances(self, books: Books) -> dict[str, int]:
        """Return each ledger account's sum, those at zero left out."""
        query = sa.select(ledger_lines.c.account, sa.func.sum(ledger_lines.c.minor)).group_by(
            ledger_lines.c.account
        )
        async with books.database.read() as session:
            rows = (await session.execute(query)).all()
        return {account: int(minor) for account, minor in rows if minor}

    async def assert_whole(self, books: Books) -> None:
        """Every entry sums to zero; cash is what was charged; every period has its entries."""
        async with books.database.read() as session:
            unbalanced = await session.execute(
                sa.select(ledger_lines.c.entry_id)
                .group_by(ledger_lines.c.entry_id)
                .having(sa.func.sum(ledger_lines.c.minor) != 0)
            )
            assert unbalanced.all() == []
            succeeded = await session.scalar(
                sa.select(sa.func.coalesce(sa.func.sum(charges.c.minor), 0)).where(
                    charges.c.status == "SUCCEEDED"
                )
            )
            kinds = await session.execute(
                sa.select(periods.c.id, periods.c.status, ledger_entries.c.kind).join(
                    ledger_entries, ledger_entries.c.period_id == periods.c.id
                )
            )
            by_period: dict[tuple[str, str], list[str]] = {}
            for period_id, status, kind in kinds:
                by_period.setdefault((period_id, status), []).append(kind)
            in_flight = await session.execute(
                sa.select(accounts.c.unsettled_charge_id, charges.c.status).join(
                    charges, charges.c.id == accounts.c.unsettled_charge_id
                )
            )
            assert all(status in ("PENDING", "UNKNOWN") for _, status in in_flight)
        assert (await self.balances(books)).get(CASH, 0) == succeeded
        expected = {
            "INVOICED": ["INVOICE"],
            "PAST_DUE": ["INVOICE"],
            "PAID": ["INVOICE", "PAYMENT"],
            "VOID": ["INVOICE", "VOID"],
        }
        for (_, status), found in by_period.items():
            assert sorted(found) == expected[status]

    def approved(self) -> int:
        """Return how many charges the processor itself has approved."""
        with sqlite3.connect(self._processor_file) as database:
            row = database.execute("select count(*) from outcomes where approved").fetchone()
        database.close()
        return int(row[0])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "processor.db")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_service)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/billing.db"


@pytest.fixture
async def books(database_url: str, tmp_path: Path, clock: SettableClock) -> AsyncIterator[Books]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
    await database.create_tables(metadata)
    yield Books(database, SimulatedProcessor(tmp_path / "processor.db"), clock)
    await database.close()
