"""Playback's root queries."""

from __future__ import annotations

from typing import Annotated

import strawberry

from reelgraph_dgs.errors import BadRequest, NotFound
from reelgraph_dgs.permissions import require_scope
from subgraphs.playback.appliance_types import Oca, SteeringCandidate
from subgraphs.playback.entities import Info
from subgraphs.playback.play.start import asset_of, steer_title
from subgraphs.playback.steering.steer import choose
from subgraphs.playback.streams import LADDER

DIAGNOSE = "playback:diagnose"


@strawberry.type
class Query:
    """What can be asked; all of it is for those who run the network."""

    @strawberry.field(description=f"Every appliance; needs the scope {DIAGNOSE}.")
    def ocas(self, info: Info) -> list[Oca]:
        """Return the fleet."""
        _require_operator(info)
        player = info.context.resources
        fleet, now = player.plane.network.fleet, player.clock()
        return [Oca.of(each, fleet.health(key, now)) for key, each in fleet.appliances.items()]

    @strawberry.field(description=f"One appliance; needs the scope {DIAGNOSE}.")
    def oca(self, info: Info, id: strawberry.ID) -> Oca | None:
        """Return an appliance."""
        _require_operator(info)
        player = info.context.resources
        fleet = player.plane.network.fleet
        found = fleet.appliances.get(id)
        return None if found is None else Oca.of(found, fleet.health(id, player.clock()))

    @strawberry.field(
        description="How each appliance is judged for a client and a title, the ranked first; "
        f"needs the scope {DIAGNOSE}."
    )
    async def steering_explain(
        self,
        info: Info,
        title_id: strawberry.ID,
        ip: Annotated[str, strawberry.argument(description="The client's address.")],
    ) -> list[SteeringCandidate]:
        """Steer without playing."""
        _require_operator(info)
        player = info.context.resources
        title = await player.facts.find_title(title_id, info.context.deadline)
        if title is None:
            raise NotFound(f"There is no title {title_id!r}.", path="titleId")
        try:
            candidates = steer_title(player, asset_of(title), LADDER, ip)
        except ValueError as error:
            raise BadRequest("ip must be an IPv4 or IPv6 address.", path="ip") from error
        chosen = {each.appliance.facts.id for each in choose(candidates)}
        return [
            SteeringCandidate.of(each, each.appliance.facts.id in chosen) for each in candidates
        ]


def _require_operator(info: Info) -> None:
    if not info.context.resources.open_diagnostics:
        require_scope(info.context, DIAGNOSE)
