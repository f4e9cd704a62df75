"""Playback's GraphQL types for those who run the network."""

from __future__ import annotations

from datetime import datetime

import strawberry

from subgraphs.playback.steering.fleet import (
    Appliance,
    ApplianceHealth,
    ApplianceKind,
    ApplianceState,
)
from subgraphs.playback.steering.steer import Candidate, Rejection, Via

strawberry.enum(ApplianceKind, name="OcaKind", description="What an appliance is built for.")
strawberry.enum(ApplianceState, name="OcaState", description="What its operator wants of it.")
strawberry.enum(
    ApplianceHealth,
    name="OcaHealth",
    description="What its reports say: SUSPECT after three missed, DOWN after six.",
)
strawberry.enum(Rejection, name="SteeringRejection", description="Why it is no candidate.")
strawberry.enum(Via, name="SteeringVia", description="How it reaches the client.")


@strawberry.type(description="An appliance that serves files to clients near it.")
class Oca:
    """An appliance as the control plane sees it."""

    id: strawberry.ID
    site: str
    cluster: str
    kind: ApplianceKind
    state: ApplianceState
    health: ApplianceHealth
    latitude: float
    longitude: float
    capacity_gbps: float
    used_gbps: float
    connections: int
    files: int = strawberry.field(description="How many files it holds.")
    base_url: str | None = strawberry.field(description="Null until it has reported.")
    last_report_at: datetime | None

    @classmethod
    def of(cls, appliance: Appliance, health: ApplianceHealth) -> Oca:
        """Show an appliance."""
        facts = appliance.facts
        return cls(
            id=strawberry.ID(facts.id),
            site=facts.site,
            cluster=facts.cluster,
            kind=facts.kind,
            state=facts.state,
            health=health,
            latitude=facts.place.latitude,
            longitude=facts.place.longitude,
            capacity_gbps=facts.capacity_gbps,
            used_gbps=appliance.load.gbps,
            connections=appliance.load.connections,
            files=len(appliance.files),
            base_url=appliance.base_url_v4 or appliance.base_url_v6,
            last_report_at=appliance.last_report_at,
        )


@strawberry.type(description="How one appliance was judged for one client and title.")
class SteeringCandidate:
    """See steer.Candidate."""

    oca: Oca
    rank: int | None = strawberry.field(description="Place in the order from 0; null: rejected.")
    chosen: bool = strawberry.field(description="Whether its URL goes to the client.")
    rejection: Rejection | None
    via: Via | None
    prefix: str | None = strawberry.field(description="Longest announced prefix around the client.")
    as_path: list[int] | None
    med: int | None
    distance_km: float | None = strawberry.field(description="Null where the place is not known.")
    load: float = strawberry.field(description="Used share of the capacity.")
    hash_rank: int | None = strawberry.field(description="Place inside its cluster for the asset.")

    @classmethod
    def of(cls, candidate: Candidate, chosen: bool) -> SteeringCandidate:
        """Show a candidate."""
        route = candidate.announcement
        return cls(
            oca=Oca.of(candidate.appliance, candidate.health),
            rank=candidate.rank,
            chosen=chosen,
            rejection=candidate.rejection,
            via=candidate.via,
            prefix=None if route is None else str(route.prefix),
            as_path=None if route is None else list(route.as_path),
            med=None if route is None else route.med,
            distance_km=candidate.distance,
            load=candidate.load,
            hash_rank=candidate.hash_rank,
        )
