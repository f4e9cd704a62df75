"""The oracle: the router answers as graphql-core does on the unsplit schema.

Hypothesis generates the schema, its split over subgraphs, data and operations, and shrinks what
fails. `make test` runs a bounded number, `make fuzz` goes on for long (`fuzz.py`). Every failure
found so far is a file under cases/.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.router.oracle.check import Bench, Case
from tests.router.oracle.dice import Dice, HypothesisSource, SeededSource
from tests.router.oracle.fuzz import run_world

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
EXAMPLES = int(os.environ.get("REELGRAPH_ORACLE_EXAMPLES", "10"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = Case(**json.loads(path.read_text()))
    bench = Bench(case.schema, case.subgraphs, case.data, case.labels)
    assert asyncio.run(bench.compare(case.operation, case.variables))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="REELGRAPH_ORACLE_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_generated(data: DataObject) -> None:
    asyncio.run(run_world(Dice(HypothesisSource(data)), Counter()))


def test_seeded_worlds_are_mostly_usable() -> None:
    """Guard the generator: worlds compose and operations are valid often enough to mean much."""
    count: Counter[str] = Counter()
    for seed in range(24):
        asyncio.run(run_world(Dice(SeededSource(seed)), count))
    assert count["worlds"] >= 8
    assert count["operations"] >= 40
