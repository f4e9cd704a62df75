"""Facts from the services that own them, asked for as the graph would: entities by reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from reelgraph_dgs.deadline import Deadline
from reelgraph_dgs.service_client import ServiceClient
from subgraphs.playback.entitlement import (
    BillingFacts,
    MaturityLevel,
    MemberFacts,
    TitleFacts,
    Window,
)

_TITLE = (
    "id name kind maturityRating releaseYear runtimeMinutes "
    "availability { country startsAt endsAt }"
)
_MEMBER = "id country profiles { id maturity }"
_BILLING = "id billing { paidThrough plan { maxStreams maxHeight } }"


class GraphFacts(Protocol):
    """Who knows what playback must ask for; each raises Unavailable when nobody answers."""

    async def find_title(self, title_id: str, deadline: Deadline | None) -> TitleFacts | None:
        """Return the catalog's facts of a title, None when there is no such title."""

    async def find_member(self, member_id: str, deadline: Deadline | None) -> MemberFacts | None:
        """Return a member's country and profiles, None when there is no such member."""

    async def find_billing(self, member_id: str, deadline: Deadline | None) -> BillingFacts | None:
        """Return how far a member has paid for which plan, None without a plan."""

    async def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """GraphFacts from the catalog, member and billing subgraphs by signed `_entities` calls."""

    catalog: ServiceClient
    member: ServiceClient
    billing: ServiceClient

    async def find_title(self, title_id: str, deadline: Deadline | None) -> TitleFacts | None:
        """See GraphFacts."""
        (title,) = await self.catalog.entities("Title", [title_id], _TITLE, deadline=deadline)
        return None if title is None else _title(title)

    async def find_member(self, member_id: str, deadline: Deadline | None) -> MemberFacts | None:
        """See GraphFacts."""
        (member,) = await self.member.entities("Member", [member_id], _MEMBER, deadline=deadline)
        if member is None:
            return None
        profiles = {each["id"]: MaturityLevel[each["maturity"]] for each in member["profiles"]}
        return MemberFacts(member["id"], member["country"], profiles)

    async def find_billing(self, member_id: str, deadline: Deadline | None) -> BillingFacts | None:
        """See GraphFacts."""
        (member,) = await self.billing.entities("Member", [member_id], _BILLING, deadline=deadline)
        billing = None if member is None else member["billing"]
        if billing is None or billing["plan"] is None:
            return None
        plan = billing["plan"]
        return BillingFacts(_moment(billing["paidThrough"]), plan["maxStreams"], plan["maxHeight"])

    async def close(self) -> None:
        """See GraphFacts."""
        for client in (self.catalog, self.member, self.billing):
            await client.close()


def _title(fields: Mapping[str, Any]) -> TitleFacts:
    return TitleFacts(
        id=fields["id"],
        name=fields["name"],
        kind=fields["kind"],
        maturity=MaturityLevel[fields["maturityRating"]],
        release_year=fields["releaseYear"],
        runtime_minutes=fields["runtimeMinutes"],
        windows=tuple(
            Window(
                each["country"], datetime.fromisoformat(each["startsAt"]), _moment(each["endsAt"])
            )
            for each in fields["availability"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
