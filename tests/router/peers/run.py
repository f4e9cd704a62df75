"""Compare peer routers on our supergraphs: `python -m tests.router.peers.run --worlds 60 --seed 1`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.router.peers.calls import tally_calls
from tests.router.peers.compare import Comparison, Report, Verdict
from tests.router.peers.reasons import reason
from tests.router.peers.routers import HiveRouter, OwnRouter, Router, apollo_gateway
from tests.router.peers.service import service_world
from tests.router.peers.subgraph_host import subgraph_host
from tests.router.peers.worlds import case_worlds, generated_world


async def run(
    worlds: int,
    seed: int,
    operations: int,
    service: int,
    errors: int = 0,
    hive: Path | None = None,
) -> Report:
    """Compare the case files, the streaming service's graph and so many generated worlds."""
    async with subgraph_host() as host, apollo_gateway() as gateway:
        peers: list[Router] = [gateway, *([HiveRouter(hive)] if hive else [])]
        comparison = Comparison(host, OwnRouter(), peers, gateway)
        await comparison.compare(service_world(seed, service))
        for world in case_worlds():
            await comparison.compare(world)
        made = 0
        while made < worlds:
            generated = generated_world(seed, operations, errors)
            seed += 1
            if generated is not None and generated.operations:
                made += 1
                await comparison.compare(generated)
        return comparison.report


def show(report: Report) -> str:
    """Return the counts as text, and why peers differ."""
    lines = [f"{report.worlds} worlds, {report.operations} operations"]
    for router, counts in report.counts.items():
        lines += [f"{counts[one]:6} {router}: {one.value}" for one in Verdict if counts[one]]
    why = Counter(
        f"{one.router}: {reason(one)}"
        for one in report.differences
        if one.verdict not in (Verdict.OURS, Verdict.SUPERGRAPH)
    )
    lines += [f"{number:6} {text}" for text, number in sorted(why.items())]
    lines += map(str, tally_calls(report.calls, OwnRouter.name))
    return "\n".join(lines)


def show_calls(report: Report) -> str:
    """Return the operations in which a peer makes fewer calls."""
    return "\n".join(
        f"{one.world}: {one.made}\n{one.operation.text} {json.dumps(one.operation.variables)}"
        for tally in tally_calls(report.calls, OwnRouter.name)
        for one in tally.more
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=60, help="generated worlds")
    parser.add_argument("--operations", type=int, default=8, help="operations per generated world")
    parser.add_argument("--service", type=int, default=60, help="operations on the service's graph")
    parser.add_argument("--errors", type=int, default=0, help="percent of values that fail")
    parser.add_argument("--hive-router", type=Path, help="path of an installed hive-router")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--show-calls", action="store_true", help="print operations in which peers make fewer calls"
    )
    parser.add_argument("--keep", type=Path, help="write the differences here, as JSON")
    options = parser.parse_args()
    report = asyncio.run(
        run(
            options.worlds,
            options.seed,
            options.operations,
            options.service,
            options.errors,
            options.hive_router,
        )
    )
    print(show(report))
    if options.show_calls:
        print(show_calls(report))
    if options.keep is not None:
        found = [{**asdict(one), "verdict": one.verdict.name} for one in report.differences]
        options.keep.write_text(json.dumps(found, indent=1))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
