"""A process that is killed at any point loses nothing: the next one ends what it began."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from crashing import titles
from film_graph import FilmGraph
from harness import harness

SCRIPT = Path(__file__).parent / "support" / "crashing.py"
POINTS = [
    "before the engine's index is made",
    "after a page of roots",
    "before write",
    "between write and ledger",
    "between swap and record",
]


@pytest.mark.parametrize("point", POINTS)
async def test_killed(tmp_path: Path, point: str) -> None:
    killed = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), str(tmp_path), point, stderr=asyncio.subprocess.PIPE
    )
    _, said = await killed.communicate()
    assert killed.returncode == -signal.SIGKILL, said.decode()
    graph = FilmGraph(titles())
    graph.people = {"p1": "Somebody"}
    graph.titles["07"]["name"] = "Changed meanwhile"
    async with harness(tmp_path, graph) as made:
        await made.ledger.release_all()
        await made.build()
        await made.tell("Title", "07")
        await made.index_all()
        expected = [f"Film {n:02d}" for n in range(40)]
        expected[7] = "Changed meanwhile"
        assert await made.names() == expected
        assert await made.engine.alias_target("films") == "films_v1"
        backlog = await made.ledger.backlog("films")
        assert (backlog.dirty, backlog.backfill, backlog.dead_letters) == (0, 0, 0)
        assert [one.state for one in await made.versions.all_of("films")] == ["LIVE"]
