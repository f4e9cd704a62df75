"""Playback's mutations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from reelgraph_dgs.errors import BadRequest, FailedPrecondition
from reelgraph_dgs.permissions import require_member
from subgraphs.playback.entities import Info
from subgraphs.playback.entitlement import NotEntitledTo, Unavailable
from subgraphs.playback.play import keep_alive, start
from subgraphs.playback.streams import Device
from subgraphs.playback.types import (
    HeartbeatResult,
    LeaseLost,
    NotEntitled,
    PlaybackAlive,
    PlaybackSession,
    PlaybackStopped,
    StartPlaybackResult,
    StopPlaybackResult,
    TitleUnavailable,
    TooManyStreams,
)

LONGEST_SECONDS = 86_400

LeaseToken = Annotated[str, strawberry.argument(description="The session's leaseToken.")]
Position = Annotated[
    int, strawberry.argument(description="How far the viewing has come, in whole seconds.")
]


@strawberry.input(description="What the device can play, as far as it knows.")
class DeviceInput:
    """A device."""

    codecs: list[str] | None = strawberry.field(
        default=None, description="Names such as vp8; null: vp8."
    )
    max_height: int | None = strawberry.field(
        default=None, description="Lines of the tallest picture; null: no limit."
    )
    throughput_bps: int | None = strawberry.field(
        default=None, description="Measured throughput in bit/s; null: 2,000,000."
    )

    def device(self) -> Device:
        """Return the device; raises BadRequest."""
        for name, value in (
            ("maxHeight", self.max_height),
            ("throughputBps", self.throughput_bps),
        ):
            if value is not None and value < 1:
                raise BadRequest(f"{name} must be above zero.", path=f"device.{name}")
        codecs = frozenset({"vp8"} if self.codecs is None else self.codecs)
        return Device(codecs, self.max_height, self.throughput_bps)


@strawberry.type
class Mutation:
    """What can be done."""

    @strawberry.mutation(description="Start to play a title with the selected profile.")
    async def start_playback(
        self,
        info: Info,
        title_id: strawberry.ID,
        device: DeviceInput | None = None,
        replace_oldest: Annotated[
            bool,
            strawberry.argument(description="End the longest-running stream if the plan is full."),
        ] = False,
    ) -> StartPlaybackResult:
        """Start playing."""
        wish = start.Wish(title_id, device.device() if device else Device(), replace_oldest)
        outcome = await start.start_playback(
            info.context.resources, _viewer(info), wish, info.context.deadline
        )
        match outcome:
            case start.Started():
                return PlaybackSession.of(outcome.session)
            case NotEntitledTo():
                return NotEntitled.of(outcome.reason)
            case Unavailable():
                return TitleUnavailable.of(outcome.reason)
            case start.TooManyStreams():
                return TooManyStreams.of(outcome.limit)

    @strawberry.mutation(description="Keep a stream; send it every 30 s.")
    async def playback_heartbeat(
        self,
        info: Info,
        session_id: strawberry.ID,
        lease_token: LeaseToken,
        position_seconds: Position,
    ) -> HeartbeatResult:
        """Renew the lease and remember the position."""
        beat = _beat(info, session_id, lease_token, position_seconds)
        outcome = await keep_alive.heartbeat(info.context.resources, beat)
        session = PlaybackSession.of(outcome.session)
        if isinstance(outcome, keep_alive.LeaseLost):
            return LeaseLost(session=session)
        return PlaybackAlive(session=session, expires_at=outcome.lease.expires_at)

    @strawberry.mutation(description="Stop a stream; its URLs stop working within seconds.")
    async def stop_playback(
        self,
        info: Info,
        session_id: strawberry.ID,
        lease_token: LeaseToken,
        position_seconds: Position,
    ) -> StopPlaybackResult:
        """End the session and remember the position."""
        beat = _beat(info, session_id, lease_token, position_seconds)
        outcome = await keep_alive.stop(info.context.resources, beat)
        session = PlaybackSession.of(outcome.session)
        if isinstance(outcome, keep_alive.LeaseLost):
            return LeaseLost(session=session)
        return PlaybackStopped(session=session)


def _viewer(info: Info) -> start.Viewer:
    member_id = require_member(info.context)
    identity = info.context.identity
    if identity.profile is None:
        raise FailedPrecondition("Select a profile first, with selectProfile.")
    if identity.address is None:
        raise FailedPrecondition("The client's address is not known, so nobody can serve it.")
    return start.Viewer(member_id, identity.profile, identity.address, identity.country)


def _beat(info: Info, session_id: str, lease_token: str, position: int) -> keep_alive.Beat:
    member_id = require_member(info.context)
    if not 0 <= position <= LONGEST_SECONDS:
        raise BadRequest(f"positionSeconds must be 0 to {LONGEST_SECONDS}.", path="positionSeconds")
    return keep_alive.Beat(member_id, session_id, lease_token, position)
