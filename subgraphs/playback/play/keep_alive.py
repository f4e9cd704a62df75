"""Keep a session alive, and end it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from reelgraph_dgs.errors import NotFound
from subgraphs.playback import store
from subgraphs.playback.clip_length import CLIP_SECONDS
from subgraphs.playback.leases import Lease, find_lease, release_lease, renew_lease
from subgraphs.playback.play.player import Player, announce_activity
from subgraphs.playback.records import SessionRecord


@dataclass(frozen=True, slots=True)
class Beat:
    """What a client says with a heartbeat or at the end."""

    member_id: str
    session_id: str
    lease_token: str
    position_seconds: int


@dataclass(frozen=True, slots=True)
class Alive:
    """The session goes on until its lease's end."""

    session: SessionRecord
    lease: Lease


@dataclass(frozen=True, slots=True)
class Stopped:
    """The session has ended, and its URLs stop working."""

    session: SessionRecord


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The session ended, or another stream took its place."""

    session: SessionRecord


async def heartbeat(player: Player, beat: Beat) -> Alive | LeaseLost:
    """Renew the lease and write how far the viewing has come.

    Raises NotFound for a session that is not the member's.
    """
    now = player.clock()
    async with player.database.write() as session:
        record = await _own_session(session, beat)
        if record.ended_at is not None or record.entitled_until <= now:
            return LeaseLost(record)
        lease = await renew_lease(session, record.id, beat.lease_token, now, record.entitled_until)
        if lease is None:
            return LeaseLost(record)
        await _remember(player, session, record, beat, "HEARTBEAT")
    return Alive(record, lease)


async def stop(player: Player, beat: Beat) -> Stopped | LeaseLost:
    """Release the lease, revoke the URLs and write how far the viewing came.

    Stopping twice gives the same answer. Raises NotFound for a session that is not the member's.
    """
    now = player.clock()
    async with player.database.write() as session:
        record = await _own_session(session, beat)
        lease = await find_lease(session, record.id)
        if lease is None or lease.token != beat.lease_token:
            return LeaseLost(record)
        if await store.end_session(session, record.id, now):
            await release_lease(session, record.id, now)
            await _remember(player, session, record, beat, "STOPPED")
            record = replace(record, ended_at=now)
    return Stopped(record)


async def _own_session(session: AsyncSession, beat: Beat) -> SessionRecord:
    found = await store.find_sessions(session, [beat.session_id])
    record = found.get(beat.session_id)
    if record is None or record.member_id != beat.member_id:
        raise NotFound("There is no such playback session.", path="sessionId")
    return record


async def _remember(
    player: Player, session: AsyncSession, record: SessionRecord, beat: Beat, kind: str
) -> None:
    """Record the position in the outbox and in the history.

    The history is written before the commit: should the commit fail, the client sends the same
    position again, and writing it twice changes nothing.
    """
    now = player.clock()
    await announce_activity(session, kind, record, beat.position_seconds, now)
    await player.history.record(record, beat.position_seconds, CLIP_SECONDS, now)
