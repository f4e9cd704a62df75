"""What playback's store holds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One rung for a session: what it is, and its URLs, the best first, with their appliances."""

    height: int
    width: int
    bitrate: int
    codec: str
    urls: tuple[tuple[str, str], ...]
    initial: bool


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One viewing of one title by one profile."""

    id: str
    member_id: str
    profile_id: str
    title_id: str
    asset: str
    streams: tuple[StreamRecord, ...]
    started_at: datetime
    entitled_until: datetime
    urls_expire_at: datetime
    ended_at: datetime | None = None
