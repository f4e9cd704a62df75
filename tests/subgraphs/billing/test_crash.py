from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reelgraph_dgs.database import Database
from reelgraph_kit.clock import utc_now
from subgraphs.billing.domain.plans import PLANS
from subgraphs.billing.domain.states import ChargeStatus
from subgraphs.billing.processor.simulator import SimulatedProcessor
from subgraphs.billing.tables import metadata
from subgraphs.billing.use_cases.books import Books, Charged
from subgraphs.billing.use_cases.settle import reconcile
from subgraphs.billing.use_cases.subscribe import subscribe

SCRIPT = Path(__file__).with_name("crash_once.py")


def run_until_killed(folder: Path, point: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), point],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("point", "reconciled"),
    [("in-invoice", 0), ("before-processor", 1), ("after-processor", 1), ("in-settlement", 1)],
)
@pytest.mark.parametrize("first", ["reconcile", "same request"])
async def test_a_process_killed_in_a_charge_leaves_whole_books(
    tmp_path: Path, point: str, reconciled: int, first: str, ledger: Any
) -> None:
    killed = run_until_killed(tmp_path, point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    database = Database(f"sqlite+aiosqlite:///{tmp_path}/billing.db")
    await database.create_tables(metadata)
    books = Books(database, SimulatedProcessor(tmp_path / "processor.db"), utc_now)
    await ledger.assert_whole(books)
    if first == "reconcile":
        assert len(await reconcile(books, timedelta(0))) == reconciled
    outcome = await subscribe(books, "m1", PLANS["standard"], "key-0001", "card_ok")
    again = await subscribe(books, "m1", PLANS["standard"], "key-0001", "card_ok")

    assert isinstance(outcome, Charged)
    assert outcome == again
    assert outcome.charge.status is ChargeStatus.SUCCEEDED
    assert ledger.approved() == 1
    assert await ledger.balances(books) == {"cash": 899, "revenue": -899}
    await ledger.assert_whole(books)
    await database.close()
