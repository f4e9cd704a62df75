"""Write made-up catalogues into a database or a file, batch by batch."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from reelgraph_dgs.database import Database
from subgraphs.catalog.files import person_line, title_line
from subgraphs.catalog.loading import insert_new, load_step, read_progress
from subgraphs.catalog.tables import metadata
from subgraphs.data.generate import TITLES_PER_BATCH, batches

Progress = Callable[[int], None]
"""Is told how many titles are there so far."""


async def load_database(url: str, seed: int, titles: int, progress: Progress) -> int:
    """Put the first `titles` titles of a seed into a catalogue; returns how many were new.

    Each batch is a transaction with its change events and its place in the load, so an
    interrupted load goes on where it stopped and a finished one does nothing.
    """
    name = f"generated-{seed}"
    database = Database(url)
    try:
        await database.create_tables(metadata)
        start = await read_progress(database, name)
        progress(min(start, titles))
        new = 0
        for batch in batches(seed, titles, start):
            done = batch.number * TITLES_PER_BATCH + len(batch.records)
            async with load_step(database, name, done) as load:
                if load.done < done:
                    new += await insert_new(
                        load.session, batch.people, batch.records, datetime.now(UTC)
                    )
            progress(done)
        return new
    finally:
        await database.close()


def write_files(out: Path, seed: int, titles: int, progress: Progress) -> Path:
    """Write titles to `out` and people beside it, as JSON Lines; returns the people's file.

    The files appear under their names when they are complete. Raises `OSError`.
    """
    people = out.with_name(f"{out.stem}.people.jsonl")
    parts = [path.with_name(f"{path.name}.part") for path in (out, people)]
    with (
        parts[0].open("w", encoding="utf-8") as title_file,
        parts[1].open("w", encoding="utf-8") as people_file,
    ):
        for batch in batches(seed, titles):
            title_file.writelines(f"{title_line(record)}\n" for record in batch.records)
            people_file.writelines(f"{person_line(person)}\n" for person in batch.people)
            progress(batch.number * TITLES_PER_BATCH + len(batch.records))
    for part, path in zip(parts, (out, people), strict=True):
        os.replace(part, path)
    return people


def run_load(url: str, seed: int, titles: int, progress: Progress) -> int:
    """Run `load_database` to its end."""
    return asyncio.run(load_database(url, seed, titles, progress))
