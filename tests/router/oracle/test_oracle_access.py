"""The oracle on worlds with `@authenticated`, `@requiresScopes` and `@policy`."""

from __future__ import annotations

import asyncio

import pytest
from graphql import build_schema, parse

from tests.router.oracle.access import ACCESS_FEATURES, LEFT_OUT_FEATURES
from tests.router.oracle.access_rules import NOBODY, Identity, Judge, read_asks
from tests.router.oracle.check import Bench, Difference
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.run_world import Tally, run_world

SEEDS = (1, 2, 3, 4, 5, 6, 8, 9)
COVERING = (4, 5, 10, 20, 29, 30, 41, 47, 68)
SUBGRAPHS = {
    "a": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
          import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy"])
        type Query { item: Item items: [Item!] }
        interface Item { name: String }
        type Book implements Item @key(fields: "id") { id: ID! name: String @shareable }
        type Disc implements Item @policy(policies: [["adult"]]) {
          name: String
          made: Int! @authenticated
        }
    """,
    "b": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
          import: ["@key", "@shareable", "@requiresScopes"])
        type Book @key(fields: "id") {
          id: ID!
          name: String @shareable @requiresScopes(scopes: [["read", "books"], ["admin"]])
        }
    """,
}
SCHEMA = """
    type Query { item: Item items: [Item!] }
    interface Item { name: String }
    type Book implements Item { id: ID! name: String }
    type Disc implements Item { name: String made: Int! }
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_world_with_access(seed: int) -> None:
    tally = Tally()
    contexts = 50 if seed % 2 else 0
    asyncio.run(
        run_world(
            Dice(SeededSource(seed)), tally, (0, 0, 6)[seed % 3], 12, contexts=contexts, access=100
        )
    )
    assert tally.operations == 12, tally.rejected
    assert set(ACCESS_FEATURES) & set(tally.world_features)


def test_access_of_every_kind_is_made() -> None:
    """Guard the generator: each kind composes, and each way of leaving out occurs."""
    tally = Tally()
    for seed in COVERING:
        dice = Dice(SeededSource(seed))
        asyncio.run(run_world(dice, tally, operations=8, contexts=50, access=100))
    assert not [reason for reason in tally.rejected if reason.startswith("access")]
    assert set(ACCESS_FEATURES) - set(tally.world_features) == set()
    assert set(LEFT_OUT_FEATURES) - set(tally.operation_features) == set()


@pytest.mark.parametrize(
    ("query", "identity", "told"),
    [
        ("{ items { name } }", NOBODY, [("items", "items.name")]),
        # One implementation asks for the scopes of a second subgraph, the other for a policy.
        ("{ items { name } }", Identity(True, ("admin",)), [("items", "items.name")]),
        ("{ items { name } }", Identity(True, ("admin",), ("adult",)), []),
        ("{ items { name } }", Identity(True, ("read",), ("adult",)), [("items", "items.name")]),
        ("{ items { ... on Book { name } } }", Identity(True, ("read", "books")), []),
        ("{ items { ... on Disc { made } } }", Identity(False, (), ("adult",)), [("items", "items.made")]),
        ("{ item { x: name __typename } }", NOBODY, [("item.x", "item.x")]),
        ("query Q($b: Boolean!) { item { name @skip(if: $b) } }", NOBODY, []),
    ],
)  # fmt: skip
def test_reference(query: str, identity: Identity, told: list[tuple[str, str]]) -> None:
    """The reference itself, on what is easy to read."""
    judge = Judge(build_schema(SCHEMA), read_asks(SUBGRAPHS))
    verdict = judge.judge(parse(query), {"b": True} if "$b" in query else {}, identity)
    assert sorted((".".join(path), way) for path, way in verdict.told) == sorted(told)


@pytest.mark.parametrize("taken", ["b", "a"])
def test_a_requirement_that_is_missed_is_found(taken: str) -> None:
    """Guard the comparison: a router that forgets what one subgraph asks makes a difference."""
    record = {"$type": "Book", "id": "1", "name": "Emma"}
    data = {"objects": {"Book": [record]}, "Query": {"items": [{"$": ["Book", 0]}]}}
    bench = Bench(SCHEMA, SUBGRAPHS, data, [])
    query = "{ items { ... on Book { name } ... on Disc { name } } }"
    asyncio.run(bench.compare(query, {}, identity=NOBODY))
    rest = {name: sdl for name, sdl in SUBGRAPHS.items() if name != taken}
    bench.guard.asks.clear()
    bench.guard.asks.update(read_asks(rest))
    with pytest.raises(Difference):
        asyncio.run(bench.compare(query, {}, identity=NOBODY))
