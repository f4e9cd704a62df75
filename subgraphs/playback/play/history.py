"""What was watched, and how far: documents by viewing and by profile and title."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reelgraph_kit.document_store import Collection, Document, DocumentStore, Sort, where
from reelgraph_kit.document_store.port import Json
from subgraphs.playback.records import SessionRecord

FINISHED_SHARE = 0.95
_NO_CURSOR = "This cursor does not come from viewingHistory."


@dataclass(frozen=True, slots=True)
class Viewing:
    """One session's place in the history; `order` sorts by start, unique."""

    session_id: str
    profile_id: str
    title_id: str
    started_at: datetime
    last_played_at: datetime
    position_seconds: int
    duration_seconds: int
    order: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a profile has come in a title."""

    title_id: str
    position_seconds: int
    duration_seconds: int
    finished: bool
    last_played_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of viewings, the latest first."""

    viewings: tuple[Viewing, ...]
    has_next: bool


class BadCursor(ValueError):
    """The cursor was not made by this list."""


class History:
    """Writes and reads viewing history through the document store."""

    def __init__(self, documents: DocumentStore) -> None:
        self._viewings: Collection = documents.collection("viewings")
        self._progress: Collection = documents.collection("progress")

    async def prepare(self) -> None:
        """Make the indexes that the reads need."""
        await self._viewings.ensure_index("memberId", "order")
        await self._progress.ensure_index("profileId", "lastPlayedAt")

    async def record(
        self, viewing: SessionRecord, position: int, duration: int, now: datetime
    ) -> None:
        """Write how far a session has come; writing it again changes nothing more."""
        common: dict[str, Json] = {
            "memberId": viewing.member_id,
            "profileId": viewing.profile_id,
            "titleId": viewing.title_id,
            "positionSeconds": position,
            "durationSeconds": duration,
            "lastPlayedAt": now.isoformat(),
        }
        order = f"{viewing.started_at.isoformat()}#{viewing.id}"
        started = {"startedAt": viewing.started_at.isoformat(), "order": order}
        await self._viewings.put(viewing.id, {**common, **started})
        finished = position >= FINISHED_SHARE * duration
        place = _progress_id(viewing.profile_id, viewing.title_id)
        await self._progress.put(place, {**common, "finished": finished})

    async def page(
        self, member_id: str, profile_id: str | None, first: int, after: str | None
    ) -> HistoryPage:
        """Return viewings of a member, or of one profile, the latest first.

        Raises BadCursor.
        """
        conditions = [where("memberId", "eq", member_id)]
        if profile_id is not None:
            conditions.append(where("profileId", "eq", profile_id))
        if after is not None:
            conditions.append(where("order", "lt", decode_cursor(after)))
        found = await self._viewings.find(
            *conditions, sort=Sort("order", descending=True), limit=first + 1
        )
        viewings = tuple(_viewing(document) for document in found[:first])
        return HistoryPage(viewings, has_next=len(found) > first)

    async def unfinished(self, profile_id: str, first: int) -> list[Progress]:
        """Return what a profile began and did not finish, the latest first."""
        found = await self._progress.find(
            where("profileId", "eq", profile_id),
            where("finished", "eq", False),
            sort=Sort("lastPlayedAt", descending=True),
            limit=first,
        )
        return [_progress(document) for document in found]

    async def progress(self, profile_id: str, title_ids: Sequence[str]) -> list[Progress | None]:
        """Return how far a profile has come in each title, None where it never began."""
        ids = [_progress_id(profile_id, title_id) for title_id in title_ids]
        found = await self._progress.get_many(ids)
        return [_progress(found[each]) if each in found else None for each in ids]


def encode_cursor(viewing: Viewing) -> str:
    """Make the cursor behind which the next page begins."""
    return base64.urlsafe_b64encode(viewing.order.encode()).decode()


def decode_cursor(cursor: str) -> str:
    """Read a cursor; raises BadCursor."""
    try:
        order = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadCursor(_NO_CURSOR) from error
    if "#" not in order:
        raise BadCursor(_NO_CURSOR)
    return order


def _progress_id(profile_id: str, title_id: str) -> str:
    return f"{profile_id}:{title_id}"


def _viewing(document: Document) -> Viewing:
    data = document.data
    return Viewing(
        session_id=document.id,
        profile_id=str(data["profileId"]),
        title_id=str(data["titleId"]),
        started_at=datetime.fromisoformat(str(data["startedAt"])),
        last_played_at=datetime.fromisoformat(str(data["lastPlayedAt"])),
        position_seconds=int(str(data["positionSeconds"])),
        duration_seconds=int(str(data["durationSeconds"])),
        order=str(data["order"]),
    )


def _progress(document: Document) -> Progress:
    data = document.data
    return Progress(
        title_id=str(data["titleId"]),
        position_seconds=int(str(data["positionSeconds"])),
        duration_seconds=int(str(data["durationSeconds"])),
        finished=bool(data["finished"]),
        last_played_at=datetime.fromisoformat(str(data["lastPlayedAt"])),
    )
