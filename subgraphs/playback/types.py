"""Playback's GraphQL types: sessions and what comes of asking for one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from subgraphs.playback import store
from subgraphs.playback.entities import Info, Title
from subgraphs.playback.entitlement import RefusalReason
from subgraphs.playback.leases import find_lease
from subgraphs.playback.records import SessionRecord, StreamRecord

strawberry.enum(RefusalReason, description="What the member, the title or the network lacks.")

_MESSAGES = {
    RefusalReason.NO_SUBSCRIPTION: "Subscribe to a plan to play this.",
    RefusalReason.PAYMENT_DUE: "Pay the open invoice to play this.",
    RefusalReason.MATURITY: "This title is not for the selected profile.",
    RefusalReason.UNKNOWN_TITLE: "There is no such title.",
    RefusalReason.NOT_PLAYABLE: "This is a series; choose one of its episodes.",
    RefusalReason.NOT_IN_TERRITORY: "This title is not available in your country.",
    RefusalReason.OUTSIDE_WINDOW: "This title is not available at the moment.",
    RefusalReason.NO_STREAM_FITS: "No stream of this title fits your device and plan.",
    RefusalReason.NO_APPLIANCE: "No appliance can serve this title now. Try again soon.",
}


@strawberry.type(description="Where to fetch a stream from; the URL is signed and expires.")
class PlaybackUrl:
    """A signed URL."""

    url: str
    appliance: strawberry.ID


@strawberry.type(description="One rung of the ladder.")
class PlaybackStream:
    """A stream that device and plan allow."""

    height: int
    width: int
    bitrate: int = strawberry.field(description="What a client must sustain, in bit/s.")
    codec: str
    mime_type: str
    urls: list[PlaybackUrl] = strawberry.field(description="The best appliance first.")

    @classmethod
    def of(cls, stream: StreamRecord) -> PlaybackStream:
        """Show a stream."""
        return cls(
            height=stream.height,
            width=stream.width,
            bitrate=stream.bitrate,
            codec=stream.codec,
            mime_type=f'video/webm; codecs="{stream.codec}"',
            urls=[
                PlaybackUrl(url=url, appliance=strawberry.ID(appliance))
                for appliance, url in stream.urls
            ],
        )


@strawberry.federation.type(keys=["id"], description="One viewing of one title by one profile.")
class PlaybackSession:
    """A session; only its member sees it."""

    id: strawberry.ID
    record: strawberry.Private[SessionRecord]

    @classmethod
    def of(cls, record: SessionRecord) -> PlaybackSession:
        """Show a record."""
        return cls(id=strawberry.ID(record.id), record=record)

    @classmethod
    async def resolve_references(
        cls, info: Info, keys: list[strawberry.ID]
    ) -> list[PlaybackSession | None]:
        """Find the caller's own sessions by id."""
        async with info.context.resources.database.read() as session:
            found = await store.find_sessions(session, keys)
        caller = info.context.identity.subject
        records = (found.get(key) for key in keys)
        return [
            cls.of(record) if record is not None and record.member_id == caller else None
            for record in records
        ]

    @strawberry.field
    def title(self) -> Title:
        """Return what is played."""
        return Title(id=strawberry.ID(self.record.title_id))

    @strawberry.field(description="Where to fetch the stream to begin with, best first.")
    def urls(self) -> list[PlaybackUrl]:
        """Return the initial stream's URLs."""
        return self._initial().urls

    @strawberry.field(description="Every stream that device and plan allow, lowest first.")
    def streams(self) -> list[PlaybackStream]:
        """Return the ladder."""
        return [PlaybackStream.of(stream) for stream in self.record.streams]

    @strawberry.field(description="The stream to begin with.")
    def initial(self) -> PlaybackStream:
        """Return the rung that the throughput affords."""
        return self._initial()

    @strawberry.field(description="Proves who holds the stream; send it with each heartbeat.")
    async def lease_token(self, info: Info) -> str | None:
        """Return the token, null once another stream took the place."""
        async with info.context.resources.database.read() as session:
            lease = await find_lease(session, self.record.id)
        return None if lease is None else lease.token

    @strawberry.field(description="When the stream's place is given up without a heartbeat.")
    async def expires_at(self, info: Info) -> datetime | None:
        """Return the lease's end, null once another stream took the place."""
        async with info.context.resources.database.read() as session:
            lease = await find_lease(session, self.record.id)
        return None if lease is None else lease.expires_at

    @strawberry.field(description="When the URLs stop working.")
    def urls_expire_at(self) -> datetime:
        """Return the URLs' end."""
        return self.record.urls_expire_at

    @strawberry.field(description="When the session ended; null while it goes on.")
    def ended_at(self) -> datetime | None:
        """Return the end."""
        return self.record.ended_at

    def _initial(self) -> PlaybackStream:
        chosen = next(stream for stream in self.record.streams if stream.initial)
        return PlaybackStream.of(chosen)


@strawberry.type(description="The member may not play this title.")
class NotEntitled:
    """See entitlement.NotEntitledTo."""

    reason: RefusalReason
    message: str

    @classmethod
    def of(cls, reason: RefusalReason) -> NotEntitled:
        """Show a reason."""
        return cls(reason=reason, message=_MESSAGES[reason])


@strawberry.type(description="As many streams play already as the plan allows.")
class TooManyStreams:
    """See start.TooManyStreams."""

    limit: int
    message: str

    @classmethod
    def of(cls, limit: int) -> TooManyStreams:
        """Show a limit."""
        streams = "stream is" if limit == 1 else "streams are"
        return cls(
            limit=limit, message=f"{limit} {streams} playing already. Stop one, or replace it."
        )


@strawberry.type(description="Nobody can play this title here and now.")
class TitleUnavailable:
    """See entitlement.Unavailable."""

    reason: RefusalReason
    message: str

    @classmethod
    def of(cls, reason: RefusalReason) -> TitleUnavailable:
        """Show a reason."""
        return cls(reason=reason, message=_MESSAGES[reason])


@strawberry.type(description="The stream goes on.")
class PlaybackAlive:
    """See keep_alive.Alive."""

    session: PlaybackSession
    expires_at: datetime = strawberry.field(description="Send the next heartbeat well before.")


@strawberry.type(description="The stream has stopped; its URLs work no longer.")
class PlaybackStopped:
    """See keep_alive.Stopped."""

    session: PlaybackSession


@strawberry.type(description="The session ended, or another stream took its place.")
class LeaseLost:
    """See keep_alive.LeaseLost."""

    session: PlaybackSession
    message: str = "This stream has lost its place. Start playing again."


StartPlaybackResult = Annotated[
    PlaybackSession | NotEntitled | TooManyStreams | TitleUnavailable,
    strawberry.union("StartPlaybackResult"),
]
HeartbeatResult = Annotated[PlaybackAlive | LeaseLost, strawberry.union("HeartbeatResult")]
StopPlaybackResult = Annotated[PlaybackStopped | LeaseLost, strawberry.union("StopPlaybackResult")]
