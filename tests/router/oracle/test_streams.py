"""The oracle on worlds with subscriptions."""

from __future__ import annotations

import asyncio

import pytest

from tests.router.oracle.check import Bench, Difference
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.run_world import Tally, run_world

SEEDS = (1, 2, 4, 5, 8)
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])\n'
SUBGRAPHS = {
    "a": LINK + 'type Query { e: E } type Subscription { u: [E] } type E @key(fields: "id") { id: ID! }',
    "b": LINK + 'type E @key(fields: "id") { id: ID! name: String }',
}  # fmt: skip
SCHEMA = (
    "type Query { e: E } type Subscription { u: [E] } type E { id: ID! name: String }"
    " enum Color { RED }"
)


@pytest.mark.parametrize("seed", SEEDS)
def test_world_with_subscriptions(seed: int) -> None:
    tally = Tally()
    dice = Dice(SeededSource(seed))
    shares = {"access": 50, "links": 30} if seed % 2 else {}
    asyncio.run(run_world(dice, tally, (0, 0, 6)[seed % 3], 20, streams=100, **shares))
    assert "subscriptions" in tally.world_features, tally.rejected
    assert tally.operation_features["subscription"]
    assert tally.operations == 20


def test_each_event_is_compared() -> None:
    """Guard the comparison: an event that subgraphs see otherwise makes a difference."""
    records = [{"$type": "E", "id": f"{n}", "name": f"name {n}"} for n in range(2)]
    events = [{"u": [{"$": ["E", n]}]} for n in range(2)]
    data = {"objects": {"E": records}, "Query": {"e": None}, "Subscription": events}
    bench = Bench(SCHEMA, SUBGRAPHS, data, [])
    query = "subscription { u { name } }"
    asyncio.run(bench.compare(query, {}))
    answer = bench.unsplit.answer

    def differ(*arguments):
        found = answer(*arguments)
        if bench.store.event == 1:
            found.data["u"][0]["name"] = "another"
        return found

    bench.unsplit.answer = differ
    with pytest.raises(Difference, match="another"):
        asyncio.run(bench.compare(query, {}))
