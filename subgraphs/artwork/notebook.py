"""Write down, behind the requests, what was chosen and which themes a title has.

The log of choices with their propensities is what a policy is judged by later (replay,
inverse propensity scoring); it is never in the way of an answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reelgraph_kit.document_store import DocumentStore, VersionConflict, where
from reelgraph_kit.document_store.port import Json
from subgraphs.artwork.choose import Affinity, Choice
from subgraphs.artwork.drawing.render import Subject
from subgraphs.artwork.drawing.themes import Variant, theme_of
from subgraphs.artwork.tastes import TITLES, today

CHOICES = "artwork_choices"
KEPT_DAYS = 30
_LONGEST_QUEUE = 10_000
_REMEMBERED = 50_000
_logger = logging.getLogger("reelgraph.artwork")

Note = tuple[str, str, dict[str, Json]]
"""Collection, id and document."""


class Notebook:
    """Takes notes at once and writes them in `run`."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._queue: asyncio.Queue[Note] = asyncio.Queue(_LONGEST_QUEUE)
        self._noted: OrderedDict[tuple[str, str], object] = OrderedDict()
        self._left_out = 0

    def note_title(self, subject: Subject) -> None:
        """Remember the themes of a title, for the tastes of those who play it."""
        themes = list(dict.fromkeys(theme_of(genre) for genre in subject.genres))
        self._note(TITLES, subject.title_id, {"themes": themes}, subject.genres)

    def note_choice(
        self,
        profile_id: str,
        title_id: str,
        day: str,
        variants: Sequence[Variant],
        choice: Choice,
        affinity: Affinity,
    ) -> None:
        """Log a choice; once a profile, title and day."""
        document: dict[str, Json] = {
            "profileId": profile_id,
            "titleId": title_id,
            "day": day,
            "variant": choice.variant.name,
            "arms": [variant.name for variant in variants],
            "propensity": choice.propensity,
            "explored": choice.explored,
            "affinity": dict(affinity),
        }
        self._note(CHOICES, f"{profile_id}:{title_id}:{day}", document, choice.variant.name)

    async def run(self) -> None:
        """Write notes until cancelled."""
        await self._store.collection(CHOICES).ensure_index("day")
        cleared = ""
        while True:
            await self._write(await self._queue.get())
            if cleared != today():
                cleared = today()
                await self._forget_old_choices()

    async def flush(self) -> None:
        """Write everything that waits; a store that fails now loses it, which is logged."""
        try:
            while not self._queue.empty():
                await self._write(self._queue.get_nowait())
        except Exception as error:
            _logger.warning("%d notes are lost: %r", self._queue.qsize() + 1, error)

    def _note(self, collection: str, id: str, document: dict[str, Json], stamp: object) -> None:
        known = (collection, id)
        if self._noted.get(known) == stamp:
            return
        try:
            self._queue.put_nowait((collection, id, document))
        except asyncio.QueueFull:
            self._left_out += 1
            if self._left_out % 1000 == 1:
                _logger.warning("%d notes were left out: the store is slow", self._left_out)
            return
        self._noted[known] = stamp
        if len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)

    async def _write(self, note: Note) -> None:
        collection, id_, document = note
        # A choice stands as it was first made; the themes of a title follow the catalogue.
        expected = 0 if collection == CHOICES else None
        try:
            await self._store.collection(collection).put(id_, document, expected_version=expected)
        except VersionConflict:
            pass
        except Exception:
            self._noted.pop((collection, id_), None)
            raise

    async def _forget_old_choices(self) -> None:
        oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).date().isoformat()
        forgotten = await self._store.collection(CHOICES).delete_where(where("day", "lt", oldest))
        if forgotten:
            _logger.info("forgot %d choices older than %s", forgotten, oldest)
