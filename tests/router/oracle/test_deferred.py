"""The oracle for `@defer`: a bounded run, and every difference found so far."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.router.oracle.check import Case
from tests.router.oracle.deferred import DeferredBench, run_deferred_world
from tests.router.oracle.dice import Dice, SeededSource

CASES = sorted((Path(__file__).parent / "deferred_cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = Case(**json.loads(path.read_text()))
    bench = DeferredBench(case.schema, case.subgraphs, case.data, case.labels)
    for seed in range(3):
        bench.dice = Dice(SeededSource(seed))
        assert asyncio.run(bench.compare_parts(case.operation, case.variables))


@pytest.mark.parametrize("errors", [0, 8])
def test_seeded_worlds(errors: int) -> None:
    count: Counter[str] = Counter()
    for seed in range(12):
        asyncio.run(run_deferred_world(Dice(SeededSource(seed)), count, errors))
    assert count["operations"] >= 15
    assert count["parts"] >= 100
