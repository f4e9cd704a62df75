"""Prove to be a member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from subgraphs.member import store
from subgraphs.member.records import MemberRecord
from subgraphs.member.use_cases.directory import Directory, SignedIn
from subgraphs.member.use_cases.sign_up import normalize_email

WINDOW = timedelta(minutes=15)
# Few for one address on one account; more for the account, so that strangers cannot lock its
# owner out with a handful of tries; and a bound for an address that tries many accounts.
LIMIT_PAIR = 5
LIMIT_EMAIL = 50
LIMIT_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class InvalidCredentials:
    """E-mail and password do not go together; which of them is wrong is not told."""


@dataclass(frozen=True, slots=True)
class TooManyAttempts:
    """Sign-in is closed to this caller until `retry_at`."""

    retry_at: datetime


async def sign_in(
    directory: Directory, email: str, password: str, address: str | None
) -> SignedIn | InvalidCredentials | TooManyAttempts:
    """Verify the password and issue a token for the member's first profile.

    An attempt is counted before it is checked, so that many at once count too. Unknown e-mail
    addresses take as long as known ones.
    """
    normal = normalize_email(email)
    limits = _limits(normal, address)
    retry_at = await _count(directory, limits)
    if retry_at is not None:
        return TooManyAttempts(retry_at)
    async with directory.database.read() as session:
        member = await store.find_by_email(session, normal)
    encoded = None if member is None else member.password_hash
    if not await directory.passwords.verify(encoded, password) or member is None:
        return InvalidCredentials()
    await _welcome(directory, member, password, list(limits))
    async with directory.database.read() as session:
        profiles = (await store.list_profiles(session, [member.id]))[member.id]
    token = directory.tokens.issue(member, profiles[0], directory.clock())
    return SignedIn(token, member, profiles[0])


def _limits(email: str, address: str | None) -> dict[str, int]:
    where = address or "unknown"
    return {
        f"pair:{email[:254]}:{where}": LIMIT_PAIR,
        f"email:{email[:254]}": LIMIT_EMAIL,
        f"address:{where}": LIMIT_ADDRESS,
    }


async def _count(directory: Directory, limits: dict[str, int]) -> datetime | None:
    now = directory.clock()
    retry_at: datetime | None = None
    async with directory.database.write() as session:
        for subject, limit in limits.items():
            attempts, ends_at = await store.count_attempt(session, subject, now, now + WINDOW)
            if attempts > limit:
                retry_at = max(ends_at, retry_at or ends_at)
    return retry_at


async def _welcome(
    directory: Directory, member: MemberRecord, password: str, subjects: list[str]
) -> None:
    renewed = None
    if directory.passwords.needs_rehash(member.password_hash):
        renewed = await directory.passwords.hash(password)
    async with directory.database.write() as session:
        # The address keeps its count: one own account must not pay for guesses at others.
        await store.forget_attempts(session, subjects[:2])
        if renewed is not None:
            await store.update_password(session, member.id, renewed)
