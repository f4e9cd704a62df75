"""The real films: put into an empty catalogue at its first start, and never again."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zlib import crc32

from reelgraph_dgs.database import Database
from subgraphs.catalog.files import read_people, read_titles
from subgraphs.catalog.loading import insert_new, load_step, read_progress
from subgraphs.catalog.model import AvailabilityWindow, Person, TitleRecord

_LOAD = "films"
_FIRST_ARRIVAL = datetime(2020, 1, 1, tzinfo=UTC)
_ARRIVAL_DAYS = 1800
_logger = logging.getLogger("reelgraph.catalog")


def read_films(at: datetime) -> tuple[list[Person], list[TitleRecord]]:
    """Read the packaged films and their people; `at` becomes the time of their last change.

    Each film is open everywhere, without an end, from a day that follows from its id.
    """
    folder = files("subgraphs.catalog") / "data"
    with (folder / "people.jsonl").open(encoding="utf-8") as lines:
        people = list(read_people(lines, "people.jsonl"))
    with (folder / "films.jsonl").open(encoding="utf-8") as lines:
        films = [_opened(record) for record in read_titles(lines, "films.jsonl", at)]
    return people, films


async def seed_films(database: Database) -> bool:
    """Put the films into the catalogue unless that was done before; say whether it was now.

    One transaction: a crash leaves either nothing or everything, events included.
    """
    if await read_progress(database, _LOAD):
        return False
    now = datetime.now(UTC)
    people, films = read_films(now)
    async with load_step(database, _LOAD, done=1) as load:
        if load.done:
            return False
        await insert_new(load.session, people, films, now)
    _logger.info("seeded %d titles and %d people", len(films), len(people))
    return True


def _opened(record: TitleRecord) -> TitleRecord:
    day = crc32(record.title.id.encode()) % _ARRIVAL_DAYS
    window = AvailabilityWindow(_FIRST_ARRIVAL + timedelta(days=day))
    return replace(record, windows=(*record.windows, window))
