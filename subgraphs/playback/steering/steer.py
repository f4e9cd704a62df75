"""Rank the appliances for one client and one asset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from itertools import groupby

from subgraphs.playback.steering.fleet import (
    Appliance,
    ApplianceHealth,
    ApplianceState,
    Fleet,
    Place,
)
from subgraphs.playback.steering.geography import distance_km
from subgraphs.playback.steering.rendezvous import Member, order_by_rendezvous
from subgraphs.playback.steering.routes import Address, Announcement, RouteTable

LOAD_CEILING = 0.9
DISK_BUSY_CEILING = 0.95
WANTED_CANDIDATES = 3
WANTED_SITES = 2


class Rejection(Enum):
    """Why an appliance is not a candidate."""

    NOT_ACTIVE = "NOT_ACTIVE"
    UNHEARD = "UNHEARD"
    DOWN = "DOWN"
    NO_ADDRESS_FAMILY = "NO_ADDRESS_FAMILY"
    CODEC_NOT_SERVED = "CODEC_NOT_SERVED"
    FILE_MISSING = "FILE_MISSING"
    OVER_LOAD_CEILING = "OVER_LOAD_CEILING"
    NOT_ANNOUNCED = "NOT_ANNOUNCED"


class Via(Enum):
    """How a candidate reaches the client."""

    EMBEDDED = "EMBEDDED"
    PEERING = "PEERING"


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what: the client's address and place, the asset, its files and its codec."""

    address: Address
    asset: str
    files: frozenset[str]
    codec: str = "vp8"
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """One snapshot of all that steering reads; `assigned` counts sessions since each report."""

    fleet: Fleet
    routes: RouteTable
    assigned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One appliance judged: its match and measures, and either a rank or a rejection.

    `rank` counts from 0; `hash_rank` is the place inside its cluster for this asset.
    """

    appliance: Appliance
    health: ApplianceHealth
    announcement: Announcement | None
    distance: float | None
    load: float
    via: Via | None = None
    rank: int | None = None
    hash_rank: int | None = None
    rejection: Rejection | None = None


def steer(question: Question, network: Network, now: datetime) -> list[Candidate]:
    """Judge and order every appliance: the ranked first, then the rejected by id.

    Eligible ones are ordered by health, longest prefix, shortest AS path, lowest MED, distance;
    equals of one cluster by weighted rendezvous hash with bounded load. Peering sites come behind
    those that announce the client, nearest first.
    """
    judged = _judge_all(question, network, now)
    rejected = sorted(
        (each for each in judged if each.rejection), key=lambda each: each.appliance.facts.id
    )
    eligible = sorted((each for each in judged if not each.rejection), key=_order)
    ranked = _order_clusters(question.asset, eligible, network.assigned)
    return [replace(each, rank=rank) for rank, each in enumerate(ranked)] + rejected


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Take at least three of the ranked from at least two sites, where they exist.

    The best three, and when they share one site also the best of another site.
    """
    ranked = [each for each in candidates if each.rank is not None]
    chosen = ranked[:WANTED_CANDIDATES]
    sites = {each.appliance.facts.site for each in chosen}
    if len(sites) < WANTED_SITES:
        elsewhere = [each for each in ranked if each.appliance.facts.site not in sites]
        chosen += elsewhere[:1]
    return chosen


def _judge_all(question: Question, network: Network, now: datetime) -> list[Candidate]:
    announced = network.routes.matches(question.address)
    return [
        _judge(
            question, each, announced.get(each.facts.id), network.fleet.health(each.facts.id, now)
        )
        for each in network.fleet.appliances.values()
    ]


def _judge(
    question: Question,
    appliance: Appliance,
    announcement: Announcement | None,
    health: ApplianceHealth,
) -> Candidate:
    place = question.place
    candidate = Candidate(
        appliance=appliance,
        health=health,
        announcement=announcement,
        distance=None if place is None else distance_km(place, appliance.facts.place),
        load=appliance.load.gbps / appliance.facts.capacity_gbps,
    )
    rejection = _find_rejection(question, candidate)
    if rejection:
        return replace(candidate, rejection=rejection)
    return replace(candidate, via=Via.EMBEDDED if announcement else Via.PEERING)


def _find_rejection(question: Question, candidate: Candidate) -> Rejection | None:
    appliance = candidate.appliance
    url = appliance.base_url_v4 if question.address.version == 4 else appliance.base_url_v6
    holds_files = appliance.reads_through or question.files <= appliance.files
    load_is_fine = candidate.load < LOAD_CEILING and appliance.load.disk_busy < DISK_BUSY_CEILING
    requirements = (
        (appliance.facts.state is ApplianceState.ACTIVE, Rejection.NOT_ACTIVE),
        (candidate.health is not ApplianceHealth.UNHEARD, Rejection.UNHEARD),
        (candidate.health is not ApplianceHealth.DOWN, Rejection.DOWN),
        (url is not None, Rejection.NO_ADDRESS_FAMILY),
        (question.codec in appliance.codecs, Rejection.CODEC_NOT_SERVED),
        (holds_files, Rejection.FILE_MISSING),
        (load_is_fine, Rejection.OVER_LOAD_CEILING),
        (candidate.announcement or appliance.facts.peering, Rejection.NOT_ANNOUNCED),
    )
    return next((rejection for holds, rejection in requirements if not holds), None)


_Order = tuple[bool, bool, int, int, int, float]


def _order(candidate: Candidate) -> _Order:
    route = candidate.announcement
    return (
        candidate.health is ApplianceHealth.SUSPECT,
        route is None,
        -route.prefix.prefixlen if route else 0,
        len(route.as_path) if route else 0,
        route.med if route else 0,
        candidate.distance or 0.0,
    )


def _order_clusters(
    asset: str, eligible: Iterable[Candidate], assigned: Mapping[str, int]
) -> list[Candidate]:
    ordered: list[Candidate] = []
    for _, equals in groupby(eligible, key=_order):
        by_cluster: dict[str, list[Candidate]] = {}
        for each in sorted(equals, key=lambda one: one.appliance.facts.cluster):
            by_cluster.setdefault(each.appliance.facts.cluster, []).append(each)
        for cluster in by_cluster.values():
            ordered.extend(_order_cluster(asset, cluster, assigned))
    return ordered


def _order_cluster(
    asset: str, cluster: list[Candidate], assigned: Mapping[str, int]
) -> list[Candidate]:
    by_id = {each.appliance.facts.id: each for each in cluster}
    members = [
        Member(
            id=each_id,
            weight=each.appliance.facts.capacity_gbps,
            connections=each.appliance.load.connections + assigned.get(each_id, 0),
        )
        for each_id, each in by_id.items()
    ]
    order = order_by_rendezvous(asset, members)
    return [replace(by_id[each_id], hash_rank=rank) for rank, each_id in enumerate(order)]
