"""End a subscription with what is paid."""

from __future__ import annotations

from subgraphs.billing import store
from subgraphs.billing.domain.states import AccountStatus
from subgraphs.billing.records import AccountRecord
from subgraphs.billing.use_cases.books import Books, NoSubscription


async def cancel(books: Books, member_id: str) -> AccountRecord:
    """Stop renewals; what is paid stays usable. Cancelling twice changes nothing.

    Raises NoSubscription when there is nothing to cancel.
    """
    async with books.database.write() as session:
        account = await store.ensure_account(session, member_id)
        if account.status is AccountStatus.CANCELLED:
            return account
        if account.status not in (AccountStatus.ACTIVE, AccountStatus.PAST_DUE):
            raise NoSubscription
        await store.update_account(
            session,
            member_id,
            status=AccountStatus.CANCELLED.value,
            cancelled_at=books.clock(),
            next_attempt_at=None,
        )
        return await store.ensure_account(session, member_id)
