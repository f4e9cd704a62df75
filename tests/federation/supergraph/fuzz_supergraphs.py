"""Spoil supergraphs for long: `python tests/federation/supergraph/fuzz_supergraphs.py 60 --seed 1`."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutations import mutate
from test_hostile_supergraphs import SOURCES, use


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    end, seed, accepted = time.monotonic() + options.seconds, options.seed, 0
    while time.monotonic() < end:
        dice = random.Random(seed)
        path = dice.choice(SOURCES)
        sdl = mutate(path.read_text(), dice)
        try:
            accepted += use(sdl)
        except Exception:
            print(f"seed {seed}, made of {path}:\n{sdl}")
            raise
        seed += 1
    print(f"{seed - options.seed} documents, {accepted} of them accepted; next seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
