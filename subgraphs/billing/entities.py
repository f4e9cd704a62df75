"""What billing adds to the entities of others."""

from __future__ import annotations

import strawberry

from reelgraph_dgs.context import Context
from subgraphs.billing import store
from subgraphs.billing.domain.states import AccountStatus
from subgraphs.billing.records import AccountRecord
from subgraphs.billing.types import BillingAccount, Info, require_account_owner
from subgraphs.billing.use_cases.books import Books


@strawberry.federation.type(keys=["id"])
class Member:
    """A member, owned by the member subgraph."""

    id: strawberry.ID

    @strawberry.field(
        description="Where the member stands with billing; the member and services with "
        "billing:read see it."
    )
    async def billing(self, info: Info) -> BillingAccount | None:
        """Return the account, an empty one for a member who never paid."""
        require_account_owner(info, self.id)
        loader = info.context.loader(_load_accounts)
        return BillingAccount.of(await loader.load(self.id))


async def _load_accounts(context: Context[Books], members: list[str]) -> list[AccountRecord]:
    async with context.resources.database.read() as session:
        found = await store.find_accounts(session, members)
    return [
        found.get(member_id) or AccountRecord(member_id, AccountStatus.NONE)
        for member_id in members
    ]
