"""Keep the model true: follow the catalogue's changes and what is played."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reelgraph_dgs.service_client import ServiceClient
from reelgraph_kit.event_log import Event
from subgraphs.recommendations.bell import Bell
from subgraphs.recommendations.features import SELECTION, TitleFeatures, features_of
from subgraphs.recommendations.model import TitleModel
from subgraphs.recommendations.store import Activity, RecommendationsStore

TITLES_PER_FETCH = 100
_PAGE = 500
_WALKED = "catalogue walked"
_logger = logging.getLogger("reelgraph.recommendations")


class Follower:
    """Brings what happens elsewhere into the store and the model, the store first.

    `loaded` is set when the model holds what the store does; events wait for it.
    """

    def __init__(
        self,
        store: RecommendationsStore,
        model: TitleModel,
        catalog: ServiceClient,
        bell: Bell,
    ) -> None:
        self._store = store
        self._model = model
        self._catalog = catalog
        self._bell = bell
        # Of two fetches of a title at once, the older could be stored last.
        self._one_at_a_time = asyncio.Lock()
        self.loaded = asyncio.Event()

    async def load(self) -> None:
        """Fill the model from the store; raises SQLAlchemy's errors."""
        async with self._one_at_a_time:
            async for page in self._store.all_features():
                for title in page:
                    self._model.upsert(title)
            for entry in await self._store.all_plays():
                self._model.set_plays(entry.title_id, entry.plays, entry.at)
        self.loaded.set()
        self._bell.ring()
        _logger.info("loaded %d titles", len(self._model))

    async def handle_changes(self, events: Sequence[Event]) -> None:
        """Fetch again every title that events of `graph.changes` name.

        Events carry no content and may come late or twice: what is fetched is the latest state.
        """
        ids = list(dict.fromkeys(id_ for event in events for id_ in _changed_titles(event)))
        for start in range(0, len(ids), TITLES_PER_FETCH):
            await self.refresh(ids[start : start + TITLES_PER_FETCH])

    async def refresh(self, ids: Sequence[str]) -> None:
        """Fetch titles from the catalogue and take them over; those that are gone are deleted.

        Raises `ServiceUnavailable` or `ServiceErrors` when the catalogue does not answer.
        """
        async with self._one_at_a_time:
            answers = await self._catalog.entities("Title", ids, SELECTION)
            found = [features_of(answer) for answer in answers if answer is not None]
            gone = [id_ for id_, answer in zip(ids, answers, strict=True) if answer is None]
            await self._store.save_features(found, gone)
            self._take_over(found, gone)

    async def walk_catalogue(self) -> None:
        """Fetch every title of the catalogue, once in the life of a store.

        The events that told of them may be older than the event log keeps any.
        """
        if await self._store.is_marked(_WALKED):
            return
        after: str | None = None
        while True:
            data = await self._catalog.query(_ALL_IDS, {"first": _PAGE, "after": after})
            page = data["titles"]
            ids = [node["id"] for node in page["nodes"]]
            for start in range(0, len(ids), TITLES_PER_FETCH):
                await self.refresh(ids[start : start + TITLES_PER_FETCH])
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        await self._store.mark(_WALKED)

    async def handle_activity(self, events: Sequence[Event]) -> None:
        """Count what events of `playback.activity` tell."""
        activities = [activity for event in events if (activity := _activity(event)) is not None]
        async with self._one_at_a_time:
            for entry in await self._store.record(activities):
                self._model.set_plays(entry.title_id, entry.plays, entry.at)
        self._bell.ring()

    def _take_over(self, found: Sequence[TitleFeatures], gone: Sequence[str]) -> None:
        for title in found:
            self._model.upsert(title)
        for id_ in gone:
            self._model.delete(id_)
        self._bell.ring()


_ALL_IDS = """query ($first: Int!, $after: String) { titles(first: $first, after: $after) {
  nodes { id } pageInfo { hasNextPage endCursor } } }"""


def _changed_titles(event: Event) -> list[str]:
    try:
        change: Any = json.loads(event.value)
        # What a change affects elsewhere (a person's name, a series') is no feature of a title.
        return [str(change["key"]["id"])] if change["type"] == "Title" else []
    except (ValueError, KeyError, TypeError, AttributeError):
        _warn_of(event)
        return []


def _activity(event: Event) -> Activity | None:
    try:
        value: Any = json.loads(event.value)
        return Activity(
            id=str(value["id"]),
            is_start=value["kind"] == "STARTED",
            profile_id=str(value["profileId"]),
            title_id=str(value["titleId"]),
            at=datetime.fromisoformat(value["occurredAt"]).timestamp(),
            position=max(0, int(value["positionSeconds"])),
        )
    except (ValueError, KeyError, TypeError):
        _warn_of(event)
        return None


def _warn_of(event: Event) -> None:
    # It can never be handled; leaving it out is all that can be done here.
    _logger.warning("left out a malformed event of %s at %d", event.topic, event.offset)
