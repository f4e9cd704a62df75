"""Run the oracle for long: `python -m tests.router.oracle.fuzz --operations 100000 --seed 1`.

Each seed is a world with some operations on it; a run goes on with `--seed` and the next seed that
the last one printed. Several processes take turns at the seeds, so that the same seeds are
compared whatever their number is.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from pathlib import Path

from tests.router.oracle.check import Difference
from tests.router.oracle.dice import Dice, SeededSource
from tests.router.oracle.run_world import OPERATIONS_PER_WORLD, Tally, run_world

PROGRESS_SECONDS = 10.0


def run_seed(seed: int, options: argparse.Namespace) -> tuple[int, Tally, str | None, str | None]:
    """Return seed, tally, and of a difference the text and the case."""
    tally = Tally()
    # A third of all worlds have failing fields, or as many as was asked for.
    percent = options.errors if options.errors >= 0 else (0, 0, 6)[seed % 3]
    shares = {
        name: getattr(options, name)
        for name in ("contexts", "access", "links", "streams", "crowds")
    }
    try:
        dice = Dice(SeededSource(seed))
        asyncio.run(run_world(dice, tally, percent, **shares))
    except Difference as error:
        return seed, tally, str(error), error.case.to_json()
    return seed, tally, None, None


def run_seeds(
    options: argparse.Namespace,
) -> Iterator[tuple[int, Tally, str | None, str | None]]:
    """Run seed after seed, for as long as anybody listens."""
    seeds = count(options.seed)
    if options.processes == 1:
        for seed in seeds:
            yield run_seed(seed, options)
    with ProcessPoolExecutor(options.processes) as pool:
        running: list[Future[tuple[int, Tally, str | None, str | None]]] = []
        try:
            while True:
                while len(running) < 2 * options.processes:
                    running.append(pool.submit(run_seed, next(seeds), options))
                wait(running, return_when=FIRST_COMPLETED)
                while running and running[0].done():
                    yield running.pop(0).result()
                if running:
                    wait(running[:1])
        finally:
            for one in running:
                one.cancel()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000, help="compare so many")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after that")
    parser.add_argument("--seed", type=int, default=1, help="the first world")
    parser.add_argument("--failures", type=int, default=5, help="stop after so many differences")
    parser.add_argument("--keep", type=Path, help="write failing cases here")
    parser.add_argument(
        "--errors", type=int, default=-1, help="percent of values that fail; else in a third of worlds"
    )  # fmt: skip
    parser.add_argument("--contexts", type=int, default=15, help="percent of worlds with contexts")
    parser.add_argument(
        "--access", type=int, default=25, help="percent of worlds with authorisation directives"
    )
    parser.add_argument(
        "--crowds", type=int, default=20, help="percent of worlds with many types alike"
    )
    parser.add_argument(
        "--links", type=int, default=10, help="percent of worlds with fields that return Query"
    )
    parser.add_argument(
        "--streams", type=int, default=10, help="percent of worlds with subscriptions"
    )
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="show only the head of differences")
    return parser.parse_args()


def main() -> int:
    """Run until so many operations were compared; keep failures."""
    options = read_options()
    # Syntax trees have no cycles worth looking for again and again.
    gc.set_threshold(100_000, 50, 50)
    total, failures, last = Tally(), 0, options.seed - 1
    start = shown = time.monotonic()
    for seed, tally, text, case in run_seeds(options):
        total.add(tally)
        last = seed
        if text is not None and case is not None:
            failures += 1
            print(f"seed {seed}: {text[: 400 if options.quiet else 6000]}\n", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"seed-{seed}.json").write_text(case)
        now = time.monotonic()
        if now - shown >= PROGRESS_SECONDS:
            shown = now
            print(_progress(total, failures, seed + 1, now - start), flush=True)
        if (
            total.operations >= options.operations
            or failures >= options.failures
            or now - start >= options.seconds
        ):
            break
    print(_progress(total, failures, last + 1, time.monotonic() - start))
    _show_coverage(total)
    return 1 if failures else 0


def _progress(total: Tally, failures: int, next_seed: int, seconds: float) -> str:
    rate = total.operations / max(seconds, 0.001)
    return (
        f"{total.operations:8} operations, {total.worlds} worlds, {rate:.1f} operations a second,"
        f" {failures} differences, next seed {next_seed}"
    )


def _show_coverage(total: Tally) -> None:
    rejected = sum(total.rejected.values())
    print(f"{rejected} worlds did not compose, {OPERATIONS_PER_WORLD} operations for each other")
    for reason, number in total.rejected.most_common(8):
        print(f"{number:8} {reason}")
    for title, found in (
        ("worlds with", total.world_features),
        ("operations with", total.operation_features),
    ):
        print(f"{title}:")
        for name, number in sorted(found.items()):
            print(f"{number:8} {name}")


if __name__ == "__main__":
    sys.exit(main())
