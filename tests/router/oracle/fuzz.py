"""Run the oracle for long: `python -m tests.router.oracle.fuzz --operations 100000 --seed 1`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.router.oracle.check import Bench, Difference, InvalidWorld
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.operations import OperationMaker
from tests.router.oracle.servers import read_facts
from tests.router.oracle.split import LABEL, Splitter
from tests.router.oracle.store import DataMaker, NoMemberError
from tests.router.oracle.world import make_world, print_world

OPERATIONS_PER_WORLD = 12


def required_fields(subgraphs: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return the fields that some `@requires` asks for."""
    return frozenset(
        (type_name, one.name)
        for sdl in subgraphs.values()
        for (type_name, _), facts in read_facts(sdl)[0].fields.items()
        for one in facts.requires
    )


async def run_world(dice: Dice, count: Counter[str], errors: int = 0) -> None:
    """Make a world and compare some operations on it; raises `Difference`."""
    world = make_world(dice)
    splitter = Splitter(world, dice)
    subgraphs = splitter.split()
    required = required_fields(subgraphs) if errors else frozenset()
    labels = [LABEL] if dice.chance(50) else []
    try:
        data = DataMaker(world, dice, 15, errors, required, splitter.returned).make()
        bench = Bench(print_world(world), subgraphs, data, labels)
    except (InvalidWorld, NoMemberError) as error:
        count["worlds that do not compose"] += 1
        count[str(error).split("\n")[0][:60]] += 1
        return
    count["worlds"] += 1
    for _ in range(OPERATIONS_PER_WORLD):
        generated = OperationMaker(bench.unsplit.schema, dice).make()
        valid = await bench.compare(generated.text, generated.variables)
        count["operations" if valid else "invalid operations"] += 1


def main() -> int:
    """Run until so many operations were compared; keep failures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after that")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=int, default=5, help="stop after so many differences")
    parser.add_argument("--keep", type=Path, help="write failing cases here")
    parser.add_argument("--errors", type=int, default=0, help="percent of values that fail")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    count: Counter[str] = Counter()
    seed, failures, start = options.seed, 0, time.monotonic()
    while (
        count["operations"] < options.operations
        and failures < options.failures
        and time.monotonic() - start < options.seconds
    ):
        try:
            asyncio.run(run_world(Dice(SeededSource(seed)), count, options.errors))
        except Difference as error:
            failures += 1
            print(f"seed {seed}: {str(error)[: 400 if options.quiet else 6000]}\n", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                case = error.case  # type: ignore[attr-defined]
                (options.keep / f"seed-{seed}.json").write_text(case.to_json())
        seed += 1
    print(f"{time.monotonic() - start:.1f} s, {failures} differences, next seed {seed}")
    for name, number in count.most_common(12):
        print(f"{number:8} {name}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
