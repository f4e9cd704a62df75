"""How many plans make the fewest calls: `python -m tests.federation.planning.measure_calls`.

Operations of the differential oracle are planned, and the calls compared with what least_calls.py
finds by search. A plan with more waves or calls is shown, up to `--show` of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from graphql import parse, validate

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.operations.tree import NormalizedOperation
from reelgraph_federation.planning import QueryPlan, format_plan, plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from tests.federation.planning.least_calls import Least, Search, TooLargeError, UnsupportedError
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.operations import OperationMaker, SchemaFacts
from tests.router.oracle.print_sdl import print_parts
from tests.router.oracle.split import make_world

OPERATIONS_PER_WORLD = 6
NO_LABELS: frozenset[str] = frozenset()


class Found(NamedTuple):
    """What a plan takes, and what is enough."""

    plan: QueryPlan
    made: Least
    least: Least


@dataclass
class Tally:
    """What was measured."""

    optimal: int = 0
    more_calls: int = 0
    more_waves: int = 0
    fewer: int = 0
    """Plans that the search says cannot be: a fault of either."""
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, found: Found) -> bool:
        """Count an operation; return whether its plan is as it should be."""
        self.optimal += found.made == found.least
        self.fewer += found.made < found.least
        self.more_waves += found.made.waves > found.least.waves
        is_late = found.made.waves == found.least.waves
        self.more_calls += is_late and found.made.calls > found.least.calls
        return found.made == found.least

    @property
    def operations(self) -> int:
        return self.optimal + self.more_calls + self.more_waves + self.fewer


def compare(
    supergraph: Supergraph, operation: NormalizedOperation, labels: frozenset[str] = NO_LABELS
) -> Found:
    """Plan an operation and find the least that would do; raises what `Search` raises."""
    least = Search(supergraph.query_graph, operation, labels).least()
    plan = plan_operation(supergraph, operation, override_labels=labels)
    waves = max((fetch.wave + 1 for fetch in plan.fetches), default=0)
    return Found(plan, Least(waves, len(plan.fetches)), least)


def generated(seed: int) -> Iterator[tuple[str, Supergraph, NormalizedOperation]]:
    """Yield operations on worlds of the oracle, from a seed on."""
    for number in count(seed):
        dice = Dice(SeededSource(number))
        parts = print_parts(make_world(dice))
        made = compose([Subgraph(name, f"http://{name}", sdl) for name, sdl in parts.items()])
        if made.supergraph_sdl is None:
            continue
        supergraph = parse_supergraph(made.supergraph_sdl)
        facts = SchemaFacts(supergraph.api_schema)
        for _ in range(OPERATIONS_PER_WORLD):
            text = OperationMaker(facts, dice, with_introspection=False).make().text
            document = parse(text)
            if not validate(supergraph.api_schema, document):
                yield (
                    f"seed {number}: {text}",
                    supergraph,
                    normalize_operation(supergraph, document),
                )


def measure(operations: int, seed: int, show: int = 0) -> Tally:
    """Compare so many operations."""
    tally = Tally()
    for text, supergraph, operation in generated(seed):
        try:
            found = compare(supergraph, operation)
        except (UnsupportedError, TooLargeError) as error:
            tally.left_out[str(error) or "too large"] += 1
            continue
        if not tally.add(found) and show > 0:
            show -= 1
            print(f"{text}\n{found.made}, but enough is {found.least}\n{format_plan(found.plan)}\n")
        if tally.operations == operations:
            return tally
    raise AssertionError("seeds do not end")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many that are not optimal")
    options = parser.parse_args()
    tally = measure(options.operations, options.seed, options.show)
    print(f"{tally.operations} operations: {tally.optimal} plans with the fewest waves and calls")
    print(f"{tally.more_calls} with more calls, {tally.more_waves} with more waves")
    for reason, number in tally.left_out.most_common():
        print(f"{number} left out: {reason}")
    return 1 if tally.fewer else 0


if __name__ == "__main__":
    sys.exit(main())
