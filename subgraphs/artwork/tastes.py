"""What profiles like to watch, counted from what they play.

A profile's affinity is that of the day's beginning, so that its pictures do not change while
it watches. Which genres a title has is known from the representations that asked for its
artwork.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from reelgraph_kit.document_store import DocumentStore, VersionConflict
from reelgraph_kit.document_store.port import Json
from reelgraph_kit.event_log import Event
from subgraphs.artwork.choose import Affinity

TITLES = "artwork_titles"
PROFILES = "artwork_profiles"
_REMEMBERED_SESSIONS = 200
_ATTEMPTS = 5
_logger = logging.getLogger("reelgraph.artwork")


@dataclass(frozen=True, slots=True)
class Taste:
    """Plays by theme, now and as they stood at the beginning of `day`.

    `sessions` are the last playback sessions counted: events may come twice.
    """

    counts: Mapping[str, int]
    snapshot: Mapping[str, int]
    day: str
    sessions: tuple[str, ...] = ()

    def on(self, day: str) -> Taste:
        """Return the taste as it stands on a day, with that day's snapshot."""
        return self if self.day >= day else replace(self, snapshot=self.counts, day=day)

    def with_play(self, session: str, themes: Sequence[str]) -> Taste:
        """Count one playback session, once."""
        if session in self.sessions:
            return self
        counts = dict(self.counts)
        for theme in themes:
            counts[theme] = counts.get(theme, 0) + 1
        sessions = (*self.sessions, session)[-_REMEMBERED_SESSIONS:]
        return replace(self, counts=counts, sessions=sessions)

    @property
    def affinity(self) -> Affinity:
        """The shares of the themes at the beginning of the day."""
        total = sum(self.snapshot.values())
        return {theme: count / total for theme, count in self.snapshot.items()} if total else {}


class Tastes:
    """The tastes of all profiles, in the document store."""

    def __init__(self, store: DocumentStore) -> None:
        self._profiles = store.collection(PROFILES)
        self._titles = store.collection(TITLES)

    async def affinity(self, profile_id: str, day: str) -> Affinity:
        """Return a profile's affinity at the beginning of a day; empty for a new profile."""
        document = await self._profiles.get(profile_id)
        if document is None:
            return {}
        taste = _read(document.data)
        rolled = taste.on(day)
        if rolled is not taste:
            try:
                await self._profiles.put(
                    profile_id, _written(rolled), expected_version=document.version
                )
            except VersionConflict:
                # Whoever was faster began the same day, or counted a play in it.
                return await self.affinity(profile_id, day)
        return rolled.affinity

    async def handle(self, events: Sequence[Event]) -> None:
        """Count the plays among events of the topic `playback.activity`."""
        plays = [play for event in events if (play := _play(event)) is not None]
        titles = await self._titles.get_many(list({play["titleId"] for play in plays}))
        for play in plays:
            title = titles.get(play["titleId"])
            if title is not None:
                themes = cast("list[str]", title.data["themes"])
                await self._count(play["profileId"], play["sessionId"], themes)

    async def _count(self, profile_id: str, session: str, themes: Sequence[str]) -> None:
        day = today()
        for _ in range(_ATTEMPTS):
            document = await self._profiles.get(profile_id)
            taste = Taste({}, {}, day) if document is None else _read(document.data)
            version = 0 if document is None else document.version
            try:
                await self._profiles.put(
                    profile_id,
                    _written(taste.on(day).with_play(session, themes)),
                    expected_version=version,
                )
            except VersionConflict:
                continue
            return
        raise VersionConflict(f"profile {profile_id} changes too often")


def today() -> str:
    """Return the day in UTC, as text."""
    return datetime.now(UTC).date().isoformat()


def _play(event: Event) -> dict[str, str] | None:
    try:
        value: Any = json.loads(event.value)
        if value["kind"] != "STARTED":
            return None
        return {name: str(value[name]) for name in ("profileId", "sessionId", "titleId")}
    except (ValueError, KeyError, TypeError):
        # It can never be handled; leaving it out is all that can be done here.
        _logger.warning("left out a malformed event of %s at %d", event.topic, event.offset)
        return None


def _read(data: Mapping[str, Json]) -> Taste:
    fields = cast("dict[str, Any]", data)
    return Taste(fields["counts"], fields["snapshot"], fields["day"], tuple(fields["sessions"]))


def _written(taste: Taste) -> dict[str, Json]:
    return {
        "counts": dict(taste.counts),
        "snapshot": dict(taste.snapshot),
        "day": taste.day,
        "sessions": list(taste.sessions),
    }
