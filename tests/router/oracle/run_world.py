"""Make a world and compare operations on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.router.oracle.access import make_identity, weave_access
from tests.router.oracle.access_rules import NOBODY
from tests.router.oracle.check import Bench, InvalidWorld
from tests.router.oracle.contexts import context_features, weave_contexts
from tests.router.oracle.data import DataMaker, NoMemberError
from tests.router.oracle.dice import Dice
from tests.router.oracle.features import data_features, plan_features, world_features
from tests.router.oracle.links import weave_links
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_parts, print_world
from tests.router.oracle.split import make_world
from tests.router.oracle.streams import weave_streams
from tests.router.oracle.world import LABELS

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
) -> None:
    """Make a world and compare operations on it; raises `Difference`.

    `errors` is the percentage of values that fail, `contexts` that of worlds with contexts,
    `access` that of worlds with authorisation directives, `links` that of worlds with fields that
    return `Query`, `streams` that of worlds with subscriptions.
    """
    world = make_world(dice)
    subgraphs = print_parts(world)
    labels = dice.some(LABELS)
    try:
        data = DataMaker(world, dice, 15, errors).make()
        bench = Bench(print_world(world), subgraphs, data, labels)
    except (InvalidWorld, NoMemberError) as error:
        tally.rejected[str(error).split("\n")[0][:70]] += 1
        return
    if contexts and dice.chance(contexts):
        bench = _with_contexts(bench, dice, tally) or bench
    if links and dice.chance(links):
        bench = _with_links(bench, dice, tally) or bench
    if streams and dice.chance(streams):
        bench = _with_streams(bench, dice, tally) or bench
    if access and dice.chance(access):
        bench = _with_access(bench, dice, tally) or bench
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


def _with_contexts(bench: Bench, dice: Dice, tally: Tally) -> Bench | None:
    """Return the world with contexts, None where it has no place for them or does not compose."""
    schema, subgraphs, data, labels = bench.case
    woven = weave_contexts(schema, subgraphs, data, dice)
    if woven is None:
        return None
    try:
        found = Bench(woven.schema, woven.subgraphs, woven.data, labels)
    except InvalidWorld as error:
        tally.rejected[f"contexts: {str(error)[:70]}"] += 1
        return None
    tally.world_features.update(woven.features)
    return found


def _with_links(bench: Bench, dice: Dice, tally: Tally) -> Bench | None:
    """Return the world with fields that return `Query`, None where it has no place for them."""
    schema, subgraphs, data, labels = bench.case
    woven = weave_links(schema, subgraphs, data, dice)
    if woven is None:
        return None
    try:
        found = Bench(*woven, labels)
    except InvalidWorld as error:
        tally.rejected[f"links: {str(error)[:70]}"] += 1
        return None
    tally.world_features["fields that return Query"] += 1
    return found


def _with_streams(bench: Bench, dice: Dice, tally: Tally) -> Bench | None:
    """Return the world with subscriptions, None where no subgraph can have them."""
    schema, subgraphs, data, labels = bench.case
    woven = weave_streams(schema, subgraphs, data, dice)
    if woven is None:
        return None
    try:
        found = Bench(*woven, labels)
    except InvalidWorld as error:
        tally.rejected[f"streams: {str(error)[:70]}"] += 1
        return None
    tally.world_features["subscriptions"] += 1
    return found


def _with_access(bench: Bench, dice: Dice, tally: Tally) -> Bench | None:
    """Return the world with authorisation directives, None where it does not compose with them."""
    schema, subgraphs, data, labels = bench.case
    schema, subgraphs, features = weave_access(schema, subgraphs, dice)
    try:
        found = Bench(schema, subgraphs, data, labels)
    except InvalidWorld as error:
        tally.rejected[f"access: {str(error)[:70]}"] += 1
        return None
    tally.world_features.update(features)
    return found
