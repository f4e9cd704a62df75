"""The oracle: the router answers as graphql-core does on the unsplit schema.

Hypothesis generates the schema, its split over subgraphs, data and operations, and shrinks what
fails. `make test` runs a bounded number of fixed worlds, `make fuzz` goes on for long (`fuzz.py`).
Every failure found so far is a file under cases/.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.router.oracle.check import Bench, Case, Difference
from tests.router.oracle.dice import Dice, HypothesisSource, SeededSource
from tests.router.oracle.features import (
    OPERATION_FEATURES,
    PLAN_FEATURES,
    WORLD_FEATURES,
    world_features,
)
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_world
from tests.router.oracle.run_world import Tally, run_world
from tests.router.oracle.split import make_world

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
SEEDS = range(1, 19)


def read_case(path: Path) -> tuple[Bench, Case]:
    case = Case(**json.loads(path.read_text()))
    return Bench(case.schema, case.subgraphs, case.data, case.labels), case


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    bench, case = read_case(path)
    asyncio.run(bench.compare(case.operation, case.variables, identity=case.caller()))


@pytest.mark.parametrize("seed", SEEDS)
def test_world(seed: int) -> None:
    tally = Tally()
    asyncio.run(run_world(Dice(SeededSource(seed)), tally, (0, 0, 6)[seed % 3], operations=12))
    assert (tally.worlds, tally.operations) == (1, 12), tally.rejected


@pytest.mark.parametrize("seed", range(1, 7))
def test_crowded_world(seed: int) -> None:
    tally = Tally()
    source = SeededSource(10 * seed)
    asyncio.run(run_world(Dice(source), tally, (0, 0, 6)[seed % 3], operations=15, crowds=100))
    assert (tally.worlds, tally.operations) == (1, 15), tally.rejected


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_generated(data: DataObject) -> None:
    asyncio.run(run_world(Dice(HypothesisSource(data)), Tally(), operations=5))


def test_worlds_have_every_feature() -> None:
    """Guard the generator: what it can no longer make, nobody would miss otherwise."""
    found = dict.fromkeys(WORLD_FEATURES, 0)
    for seed in range(250):
        for name in world_features(make_world(Dice(SeededSource(seed)), crowds=10), ["beta"]):
            found[name] = found.get(name, 0) + 1
    assert set(found) == set(WORLD_FEATURES), "features.py does not list a feature"
    assert {name: number for name, number in found.items() if number < 3} == {}


def test_operations_have_every_feature() -> None:
    found: Counter[str] = Counter()
    for seed in range(100):
        dice = Dice(SeededSource(seed))
        facts = SchemaFacts(build_schema(print_world(make_world(dice, crowds=10))))
        for _ in range(20):
            found.update(OperationMaker(facts, dice).make().features)
    assert set(found) <= set(OPERATION_FEATURES), "features.py does not list a feature"
    assert [name for name in OPERATION_FEATURES if found[name] < 2] == []


def test_plans_have_every_feature() -> None:
    tally = Tally()
    for seed in range(40, 46):
        asyncio.run(run_world(Dice(SeededSource(seed)), tally, operations=12))
    for seed in range(46, 50):
        asyncio.run(run_world(Dice(SeededSource(seed)), tally, operations=12, crowds=100))
    assert [name for name in PLAN_FEATURES if not tally.operation_features[name]] == []


def test_a_wrong_answer_is_found() -> None:
    """Guard the comparison: data that only the subgraphs have must make a difference."""
    bench, case = read_case(Path(__file__).parent / "cases" / "conditional_requirement.json")
    asyncio.run(bench.compare(case.operation, case.variables))
    bench.unsplit.schema.query_type.fields.clear()  # type: ignore[union-attr]
    with pytest.raises(Difference):
        asyncio.run(bench.compare(case.operation, case.variables))


def test_operations_are_the_same_for_a_seed() -> None:
    bench, _ = read_case(CASES[0])
    facts = SchemaFacts(bench.unsplit.schema)
    one, other = (OperationMaker(facts, Dice(SeededSource(7))).make() for _ in range(2))
    assert one == other
