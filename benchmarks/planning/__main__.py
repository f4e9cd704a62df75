"""Time to plan against size: `python -m benchmarks.planning`.

Prints, for operations of 10 to 2,000 fields over 4 to 100 subgraphs, the median CPU time to normalise
and to plan (nothing is remembered between runs but the query graph), and the fetches.
"""

from __future__ import annotations

import statistics
import time

from graphql import parse

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import plan_operation
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable", "@external", "@requires"])\n'
)
ENTITIES = 20


def make_supergraph(subgraphs: int) -> Supergraph:
    """Make entities that every subgraph extends, each with links to the next entity."""
    parts = []
    for number in range(subgraphs):
        sdl = LINK
        for entity in range(ENTITIES):
            sdl += f'type T{entity} @key(fields: "id") {{\n  id: ID!\n'
            sdl += f"  common: String @shareable\n  f{number}: String\n"
            sdl += f"  next{number}: T{(entity + 1) % ENTITIES}\n  all{number}: [T{entity}!]!\n"
            if number:
                sdl += f"  f{number - 1}: String @external\n"
                sdl += f'  r{number}: String @requires(fields: "f{number - 1}")\n'
            sdl += "}\n"
        if number < 3:
            sdl += f"type Query {{ root{number}: T{number} shared: T0 @shareable }}\n"
        parts.append(Subgraph(f"s{number:03}", f"http://s{number}", sdl))
    result = compose(parts)
    assert result.supergraph_sdl is not None, result.errors[:3]
    return parse_supergraph(result.supergraph_sdl)


def make_operation(fields: int, subgraphs: int) -> str:
    """Select that many fields, going round the subgraphs, a tree ten fields wide."""
    left = [fields]
    count = [0]

    def selection(depth: int) -> str:
        parts: list[str] = []
        while left[0] > 0 and len(parts) < 10:
            left[0] -= 1
            count[0] += 1
            number = (count[0] * 7) % subgraphs
            kind = count[0] % 5
            if kind == 0 and left[0] > 0 and depth < 6:
                parts.append(f"a{count[0]}: next{number} {selection(depth + 1)}")
            elif kind == 1:
                parts.append("common")
            elif kind == 2 and number:
                parts.append(f"r{number}")
            else:
                parts.append(f"f{number}")
        return "{ " + " ".join(parts or ["id"]) + " }"

    roots: list[str] = []
    while left[0] > 0:
        left[0] -= 1
        roots.append(f"q{len(roots)}: root{len(roots) % 3} {selection(0)}")
    return "{ " + " ".join(roots) + " }"


def measure(fields: int, subgraphs: int, supergraph: Supergraph, runs: int = 5) -> str:
    document = parse(make_operation(fields, subgraphs))
    normalising, planning = [], []
    for _ in range(runs):
        start = time.process_time()
        operation = normalize_operation(supergraph, document)
        middle = time.process_time()
        plan = plan_operation(supergraph, operation)
        planning.append(time.process_time() - middle)
        normalising.append(middle - start)
    waves = max(fetch.wave for fetch in plan.fetches) + 1
    return (
        f"| {subgraphs:9} | {fields:6} | {statistics.median(normalising) * 1000:9.1f}"
        f" | {statistics.median(planning) * 1000:7.1f} | {len(plan.fetches):7} | {waves:5} |"
    )


def main() -> None:
    print("| subgraphs | fields | normal. ms | plan ms | fetches | waves |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for subgraphs in (4, 20, 100):
        supergraph = make_supergraph(subgraphs)
        for fields in (10, 100, 1000, 2000):
            print(measure(fields, subgraphs, supergraph), flush=True)


if __name__ == "__main__":
    main()
