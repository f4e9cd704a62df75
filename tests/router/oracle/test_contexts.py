"""The oracle on worlds with `@context` and `@fromContext`."""

from __future__ import annotations

import asyncio

import pytest

from tests.router.oracle.contexts import CONTEXT_FEATURES
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.run_world import Tally, run_world

SEEDS = (2, 5, 7, 8, 11, 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_world_with_contexts(seed: int) -> None:
    tally = Tally()
    dice = Dice(SeededSource(seed))
    asyncio.run(run_world(dice, tally, (0, 0, 6)[seed % 3], operations=12, contexts=100))
    assert "@fromContext" in tally.world_features, tally.rejected
    assert tally.operations == 12


def test_contexts_of_every_kind_are_made() -> None:
    """Guard the generator: each kind composes and comes into plans."""
    tally = Tally()
    for seed in (0, 2, 3, 5, 8, 11, 15, 21):
        asyncio.run(run_world(Dice(SeededSource(seed)), tally, operations=1, contexts=100))
    assert {name for name in CONTEXT_FEATURES if not tally.world_features[name]} == set()
    assert tally.operation_features["contextual argument"]
