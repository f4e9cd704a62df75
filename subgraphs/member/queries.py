"""Member's root queries."""

from __future__ import annotations

import strawberry

from subgraphs.member import store
from subgraphs.member.types import Info, Member


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field(description="The signed-in member; null when nobody is signed in.")
    async def viewer(self, info: Info) -> Member | None:
        """Return the caller's own member."""
        identity = info.context.identity
        if not identity.is_member or identity.subject is None:
            return None
        async with info.context.resources.database.read() as session:
            found = await store.find_members(session, [identity.subject])
        record = found.get(identity.subject)
        return None if record is None else Member.of(record)
