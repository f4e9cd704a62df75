"""Make a world and compare operations on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.router.oracle.access import make_identity, weave_access
from tests.router.oracle.access_rules import NOBODY
from tests.router.oracle.check import Bench, InvalidWorld
from tests.router.oracle.contexts import context_features, weave_contexts
from tests.router.oracle.data import Data, DataMaker, NoMemberError
from tests.router.oracle.dice import Dice
from tests.router.oracle.features import data_features, plan_features, world_features
from tests.router.oracle.links import weave_links
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_parts, print_world
from tests.router.oracle.split import make_world
from tests.router.oracle.streams import weave_streams
from tests.router.oracle.world import LABELS

Woven = tuple[tuple[str, dict[str, str], Data], set[str]] | None
"""Schema, subgraphs and data of a changed world, and what it has now; None where nothing fits."""

OPERATIONS_PER_WORLD = 60
THOROUGH = 6
"""Every so manieth operation is compared thoroughly."""


@dataclass
class Tally:
    """What was run."""

    operations: int = 0
    worlds: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """Why worlds did not compose."""
    world_features: Counter[str] = field(default_factory=Counter)
    operation_features: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.operations += other.operations
        self.worlds += other.worlds
        for mine, theirs in (
            (self.rejected, other.rejected),
            (self.world_features, other.world_features),
            (self.operation_features, other.operation_features),
        ):
            mine.update(theirs)


async def run_world(
    dice: Dice,
    tally: Tally,
    errors: int = 0,
    operations: int = OPERATIONS_PER_WORLD,
    contexts: int = 0,
    access: int = 0,
    links: int = 0,
    streams: int = 0,
    crowds: int = 0,
) -> None:
    """Make a world and compare operations on it; raises `Difference`.

    `errors` is the percentage of values that fail, `contexts` that of worlds with contexts,
    `access` that of worlds with authorisation directives, `links` that of worlds with fields that
    return `Query`, `streams` that of worlds with subscriptions, `crowds` that of worlds with many types that little
    tells apart.
    """
    world = make_world(dice, crowds)
    subgraphs = print_parts(world)
    labels = dice.some(LABELS)
    try:
        data = DataMaker(world, dice, 15, errors).make()
        bench = Bench(print_world(world), subgraphs, data, labels)
    except (InvalidWorld, NoMemberError) as error:
        tally.rejected[str(error).split("\n")[0][:70]] += 1
        return
    shares = {"contexts": contexts, "links": links, "streams": streams, "access": access}
    for name in WEAVERS:
        if shares[name] and dice.chance(shares[name]):
            bench = _with(name, bench, dice, tally)
    tally.worlds += 1
    tally.world_features.update(world_features(world, labels) | data_features(data))
    bench.check_api_schema()
    facts = SchemaFacts(bench.unsplit.schema)
    for number in range(operations):
        generated = OperationMaker(facts, dice).make()
        identity = make_identity(dice) if bench.guard.asks else NOBODY
        is_thorough = number % THOROUGH == 0
        await bench.compare(generated.text, generated.variables, is_thorough, identity)
        tally.operations += 1
        found = generated.features | plan_features(bench) | context_features(bench.plan)
        tally.operation_features.update(found | bench.verdict.features)


def _with(name: str, bench: Bench, dice: Dice, tally: Tally) -> Bench:
    """Return the world with something woven in; as it was where there is no place for it, or it does not compose."""
    found = WEAVERS[name](bench, dice)
    if found is None:
        return bench
    woven, features = found
    try:
        changed = Bench(*woven, bench.case[3])
    except InvalidWorld as error:
        tally.rejected[f"{name}: {str(error)[:70]}"] += 1
        return bench
    tally.world_features.update(features)
    return changed


def _weave_contexts(bench: Bench, dice: Dice) -> Woven:
    found = weave_contexts(*bench.case[:3], dice)
    return found and ((found.schema, found.subgraphs, found.data), found.features)


def _weave_links(bench: Bench, dice: Dice) -> Woven:
    found = weave_links(*bench.case[:3], dice)
    return found and (found, {"fields that return Query"})


def _weave_streams(bench: Bench, dice: Dice) -> Woven:
    found = weave_streams(*bench.case[:3], dice)
    return found and (found, {"subscriptions"})


def _weave_access(bench: Bench, dice: Dice) -> Woven:
    schema, subgraphs, data, _ = bench.case
    schema, subgraphs, features = weave_access(schema, subgraphs, dice)
    return (schema, subgraphs, data), features


WEAVERS: dict[str, Callable[[Bench, Dice], Woven]] = {
    "contexts": _weave_contexts,
    "links": _weave_links,
    "streams": _weave_streams,
    "access": _weave_access,
}
"""What only some worlds have, in the order in which it is woven in."""
