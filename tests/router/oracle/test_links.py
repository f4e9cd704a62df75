"""The oracle on worlds with fields that return `Query`."""

from __future__ import annotations

import asyncio

import pytest

from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.run_world import Tally, run_world

SEEDS = (1, 2, 4, 6, 7)


@pytest.mark.parametrize("seed", SEEDS)
def test_world_with_links(seed: int) -> None:
    tally = Tally()
    dice = Dice(SeededSource(seed))
    access = 50 if seed % 2 else 0
    asyncio.run(run_world(dice, tally, operations=15, access=access, links=100))
    assert "fields that return Query" in tally.world_features, tally.rejected
    assert tally.operations == 15


def test_links_are_selected() -> None:
    """Guard the generator: the schema is asked for below such fields, too."""
    tally = Tally()
    for seed in SEEDS:
        asyncio.run(run_world(Dice(SeededSource(seed)), tally, operations=15, links=100))
    assert tally.operation_features["introspection below the root"]
