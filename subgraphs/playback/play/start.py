"""Start playing: entitlement, streams, steering, lease, signed URLs."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reelgraph_dgs.deadline import Deadline
from reelgraph_dgs.errors import PermissionDenied
from subgraphs.playback import store, url_keys
from subgraphs.playback.entitlement import (
    Entitled,
    MaturityLevel,
    MemberFacts,
    NotEntitledTo,
    RefusalReason,
    TitleFacts,
    Unavailable,
    judge_entitlement,
)
from subgraphs.playback.leases import Lease, held_sessions, release_lease, take_lease
from subgraphs.playback.origin.files import AssetFacts
from subgraphs.playback.play.player import Player, announce_activity
from subgraphs.playback.records import SessionRecord, StreamRecord
from subgraphs.playback.signed_urls import Grant, UrlKey, client_network, parse_client, sign_url
from subgraphs.playback.steering.geography import locate
from subgraphs.playback.steering.steer import Candidate, Question, choose, steer
from subgraphs.playback.streams import (
    LADDER,
    Device,
    Encode,
    asset_id,
    choose_initial,
    choose_streams,
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who plays, from where; `country` is the client's as the router saw it, if it did."""

    member_id: str
    profile_id: str
    address: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be played on which device; `replace_oldest` ends another stream if need be."""

    title_id: str
    device: Device
    replace_oldest: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A session that holds a lease."""

    session: SessionRecord
    lease: Lease


@dataclass(frozen=True, slots=True)
class TooManyStreams:
    """As many streams play already as the plan allows."""

    limit: int


StartOutcome = Started | NotEntitledTo | Unavailable | TooManyStreams


@dataclass(frozen=True, slots=True)
class _Plan:
    """What will be played once there is a lease for it."""

    asset: AssetFacts
    streams: Sequence[Encode]
    initial: Encode
    candidates: Sequence[Candidate]


async def start_playback(
    player: Player, viewer: Viewer, wish: Wish, deadline: Deadline | None = None
) -> StartOutcome:
    """Start a session, or say why not.

    Raises PermissionDenied for a profile that is not the member's, Unavailable (the error) when a
    service that must be asked does not answer.
    """
    entitled = await _check_entitlement(player, viewer, wish, deadline)
    if not isinstance(entitled, tuple):
        return entitled
    title, entitlement = entitled
    plan = _plan_streams(player, viewer, wish, title, entitlement)
    if isinstance(plan, Unavailable):
        return plan
    started = await _begin(player, viewer, wish, plan, entitlement)
    if isinstance(started, Started):
        player.plane.note_assignments([plan.candidates[0].appliance.facts.id])
        player.send_off(player.origin.provide(plan.asset, plan.initial))
    return started


async def _check_entitlement(
    player: Player, viewer: Viewer, wish: Wish, deadline: Deadline | None
) -> tuple[TitleFacts, Entitled] | NotEntitledTo | Unavailable:
    title, member, billing = await asyncio.gather(
        player.facts.find_title(wish.title_id, deadline),
        player.facts.find_member(viewer.member_id, deadline),
        player.facts.find_billing(viewer.member_id, deadline),
    )
    if title is None:
        return Unavailable(RefusalReason.UNKNOWN_TITLE)
    maturity = _maturity_of(member, viewer.profile_id)
    country = viewer.country or (member.country if member else None)
    verdict = judge_entitlement(title, maturity, billing, country, player.clock())
    return (title, verdict) if isinstance(verdict, Entitled) else verdict


def _maturity_of(member: MemberFacts | None, profile_id: str) -> MaturityLevel:
    maturity = member.profiles.get(profile_id) if member else None
    if maturity is None:
        raise PermissionDenied("This profile is not the member's. Select one of their profiles.")
    return maturity


def _plan_streams(
    player: Player, viewer: Viewer, wish: Wish, title: TitleFacts, entitlement: Entitled
) -> _Plan | Unavailable:
    streams = choose_streams(LADDER, wish.device, entitlement.max_height)
    if not streams:
        return Unavailable(RefusalReason.NO_STREAM_FITS)
    asset = asset_of(title)
    candidates = choose(steer_title(player, asset, streams, viewer.address))
    if not candidates:
        return Unavailable(RefusalReason.NO_APPLIANCE)
    return _Plan(asset, streams, choose_initial(streams, wish.device), candidates)


def asset_of(title: TitleFacts) -> AssetFacts:
    """Name the asset of a title as its facts are now."""
    return AssetFacts(
        asset=asset_id(title.id, title.name, title.release_year),
        title_id=title.id,
        name=title.name,
        release_year=title.release_year,
    )


def steer_title(
    player: Player, asset: AssetFacts, streams: Sequence[Encode], address: str
) -> list[Candidate]:
    """Judge every appliance for a client and the files of an asset. Raises ValueError."""
    client = parse_client(address)
    question = Question(
        address=client,
        asset=asset.asset,
        files=frozenset(f"{asset.asset}/{each.file}" for each in streams),
        codec=streams[0].codec,
        place=locate(client, player.places),
    )
    return steer(question, player.plane.network, player.clock())


async def _begin(
    player: Player, viewer: Viewer, wish: Wish, plan: _Plan, entitlement: Entitled
) -> Started | TooManyStreams:
    now = player.clock()
    session_id = str(uuid.uuid4())
    async with player.database.write() as session:
        limit = entitlement.max_streams
        if wish.replace_oldest:
            held = await held_sessions(session, viewer.member_id, now)
            for surplus in held[: max(0, len(held) - limit + 1)]:
                await release_lease(session, surplus, now)
                await store.end_session(session, surplus, now)
        lease = await take_lease(
            session, viewer.member_id, session_id, limit, now, entitlement.until
        )
        if lease is None:
            return TooManyStreams(limit)
        key = await url_keys.signing_key(session, now)
        record = _make_session(session_id, viewer, plan, entitlement, key, now)
        await store.remember_asset(session, plan.asset)
        await store.insert_session(session, record)
        await announce_activity(session, "STARTED", record, 0, now)
    return Started(record, lease)


def _make_session(
    session_id: str,
    viewer: Viewer,
    plan: _Plan,
    entitlement: Entitled,
    key: UrlKey,
    now: datetime,
) -> SessionRecord:
    urls_expire_at = min(now + url_keys.URL_LIFETIME, entitlement.until)
    grant = Grant(
        asset=plan.asset.asset,
        session=session_id,
        expires_at=int(urls_expire_at.timestamp()),
        client=client_network(viewer.address),
    )
    return SessionRecord(
        id=session_id,
        member_id=viewer.member_id,
        profile_id=viewer.profile_id,
        title_id=plan.asset.title_id,
        asset=plan.asset.asset,
        streams=tuple(
            _make_stream(encode, encode is plan.initial, plan.candidates, grant, key, viewer)
            for encode in plan.streams
        ),
        started_at=now,
        entitled_until=entitlement.until,
        urls_expire_at=urls_expire_at,
    )


def _make_stream(
    encode: Encode,
    initial: bool,
    candidates: Sequence[Candidate],
    grant: Grant,
    key: UrlKey,
    viewer: Viewer,
) -> StreamRecord:
    is_v4 = parse_client(viewer.address).version == 4
    urls: list[tuple[str, str]] = []
    for candidate in candidates:
        appliance = candidate.appliance
        base_url = appliance.base_url_v4 if is_v4 else appliance.base_url_v6
        if base_url is not None:
            urls.append((appliance.facts.id, sign_url(base_url, encode.file, grant, key)))
    return StreamRecord(
        encode.height, encode.width, encode.bitrate, encode.codec, tuple(urls), initial
    )
