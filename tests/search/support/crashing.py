"""Index until a certain point and die there, as a power cut would: no clean-up of any kind.

Usage: python crashing.py FOLDER POINT
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from film_graph import FACTS, FilmGraph, film
from harness import Harness, harness

from reelgraph_search.adapters.tantivy import TantivyEngine
from reelgraph_search.indexing.targets import make_plan


def die() -> None:
    """Kill this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(TantivyEngine):
    """An engine whose process dies before or after one of its calls."""

    def __init__(self, folder: Path, point: str) -> None:
        super().__init__(folder)
        self._point = point

    async def write(self, name: str, writes: Sequence[Any]) -> Any:
        """Write, and die around it."""
        if self._point == "before write":
            die()
        outcomes = await super().write(name, writes)
        if self._point == "between write and ledger":
            die()
        return outcomes

    async def create_index(self, name: str, mapping: Any) -> None:
        """Create an index, or die before."""
        if self._point == "before the engine's index is made":
            die()
        await super().create_index(name, mapping)

    async def point_alias(self, alias: str, name: str) -> None:
        """Swap, and die before it is recorded."""
        await super().point_alias(alias, name)
        if self._point == "between swap and record":
            die()


def titles() -> dict[str, Any]:
    """What the graph holds."""
    return {f"{n:02d}": film(f"Film {n:02d}", people=("p1",)) for n in range(40)}


async def run(folder: Path, point: str) -> None:
    """Build the index and die on the way."""
    graph = FilmGraph(titles())
    graph.people = {"p1": "Somebody"}
    async with harness(folder, graph, Mortal(folder / "engine", point)) as made:
        if point == "after a page of roots":
            await _die_after_listing(made)
        await made.build()
    raise SystemExit(f"did not die at: {point}")


async def _die_after_listing(made: Harness) -> None:
    await made.rebuilder().begin_if_needed(make_plan(made.definition, FACTS))
    await made.reload()
    await made.rebuilder().step(made.targets)
    die()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
