"""Subscribe in a process that kills itself at a chosen point: `python crash_once.py DIR POINT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from reelgraph_dgs.database import Database
from reelgraph_kit.clock import utc_now
from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.processor.port import Outcome, ProcessorRequest
from subgraphs.billing.processor.simulator import SimulatedProcessor
from subgraphs.billing.tables import metadata
from subgraphs.billing.use_cases.books import Books
from subgraphs.billing.use_cases.subscribe import subscribe


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingProcessor(SimulatedProcessor):
    """Dies before the processor hears of the charge, or right after it has decided."""

    def __init__(self, path: Path, point: str) -> None:
        super().__init__(path)
        self._point = point

    async def charge(self, request: ProcessorRequest) -> Outcome:
        if self._point == "before-processor":
            die()
        outcome = await super().charge(request)
        if self._point == "after-processor":
            die()
        return outcome


async def main(folder: Path, point: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder}/billing.db")
    await database.create_tables(metadata)

    # SQL of the settlement: the payment's entry is in, the commit is not.
    @event.listens_for(database.engine.sync_engine, "after_cursor_execute")
    def watch(
        conn: object, cursor: object, statement: str, parameters: object, *rest: object
    ) -> None:
        text = f"{statement} {parameters}"
        if point == "in-invoice" and "INSERT INTO ledger_lines" in text:
            die()
        if point == "in-settlement" and "INSERT INTO ledger_entries" in text and "PAYMENT" in text:
            die()

    books = Books(database, DyingProcessor(folder / "processor.db", point), utc_now)
    await subscribe(books, "m1", PLANS["standard"], "key-0001", "card_ok")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
