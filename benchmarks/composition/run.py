"""Time composition as the number of subgraphs grows, beside the peer composer on the same input.

Run: python benchmarks/composition/run.py [--sizes 10 30 100] [--without-peer] [--repeat 3]

Each measurement is a fresh process: CPU seconds (so that a busy machine does not count) from SDL text
to supergraph SDL, the best of the repeats, and the peak of resident memory. "one changed" is composing
again after one subgraph changed, with the other subgraphs remembered by a Composer.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generate import large
from peer import Peer

TYPES_A_SUBGRAPH = 50
FIELDS_A_TYPE = 10


def measure_ours(count: int) -> dict[str, float]:
    """Compose in this process, which must be fresh, and say what it took."""
    from reelgraph_federation import Composer, Subgraph

    inputs = large(count, count * TYPES_A_SUBGRAPH, FIELDS_A_TYPE)
    subgraphs = [Subgraph(name, f"http://{name}.example", sdl) for name, sdl in inputs]
    composer = Composer()
    before = time.process_time()
    result = composer.compose(subgraphs)
    assert result.ok, result.errors[:3]
    size = len(result.supergraph_sdl or "")
    full = time.process_time() - before
    last = subgraphs[-1]
    changed = last.sdl.replace("total: Int!", "total: Int! added: Int")
    before = time.process_time()
    again = composer.compose([*subgraphs[:-1], Subgraph(last.name, last.url, changed)])
    assert again.ok
    assert again.supergraph_sdl
    partial = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": full, "again": partial, "peak": peak, "size": size}


def measure_peer(count: int) -> dict[str, float]:
    """Let the peer compose in a fresh process of its own."""
    with Peer() as peer:
        answer = peer.compose(large(count, count * TYPES_A_SUBGRAPH, FIELDS_A_TYPE), time=True)
    assert not answer["codes"], answer["messages"][:3]
    return {"seconds": answer["cpu"], "peak": answer["peak"]}


def best(count: int, repeat: int, what: str) -> dict[str, float]:
    """Measure in fresh processes, and take the best of each number."""
    runs: list[dict[str, float]] = []
    for _ in range(repeat):
        command = [sys.executable, __file__, "--measure", what, str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    return {key: min(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--without-peer", action="store_true")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure = {"ours": measure_ours, "peer": measure_peer}[options.measure[0]]
        print(json.dumps(measure(int(options.measure[1]))))
        return
    print("subgraphs  types   fields | reelgraph s  one changed s   MB | peer s     MB")
    for count in options.sizes:
        ours = best(count, options.repeat, "ours")
        types = count * TYPES_A_SUBGRAPH
        line = (
            f"{count:9} {types:6} {types * FIELDS_A_TYPE:8} | {ours['seconds']:11.2f} "
            f"{ours['again']:14.2f} {ours['peak'] / 1e6:4.0f} | "
        )
        if not options.without_peer:
            peer = best(count, options.repeat, "peer")
            line += f"{peer['seconds']:6.2f} {peer['peak'] / 1e6:6.0f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
