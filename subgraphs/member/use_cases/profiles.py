"""Keep profiles, and choose who watches."""

from __future__ import annotations

from dataclasses import dataclass

from reelgraph_dgs.outbox import record_change
from subgraphs.member import store
from subgraphs.member.maturity import MaturityLevel, limit_maturity
from subgraphs.member.records import ProfileRecord
from subgraphs.member.use_cases.directory import (
    Directory,
    InvalidInput,
    SignedIn,
    new_id,
)

PROFILES_MAX = 5
_NAME_MAX = 40


@dataclass(frozen=True, slots=True)
class TooManyProfiles:
    """The member has as many profiles as there can be."""

    limit: int


async def create_profile(
    directory: Directory, member_id: str, name: str, maturity: MaturityLevel, kids: bool
) -> ProfileRecord | InvalidInput | TooManyProfiles:
    """Add a profile; one for kids is held to SEVEN whatever was asked."""
    name = name.strip()
    if not 1 <= len(name) <= _NAME_MAX:
        return InvalidInput("name", f"Enter a name of 1 to {_NAME_MAX} characters.")
    async with directory.database.write() as session:
        await store.lock_member(session, member_id)
        known = (await store.list_profiles(session, [member_id]))[member_id]
        if len(known) >= PROFILES_MAX:
            return TooManyProfiles(PROFILES_MAX)
        if any(profile.name == name for profile in known):
            return InvalidInput("name", "Another profile has this name; choose a different one.")
        profile = ProfileRecord(
            id=new_id(),
            member_id=member_id,
            number=len(known),
            name=name,
            maturity=limit_maturity(maturity, kids),
            kids=kids,
        )
        await store.insert_profile(session, profile)
        now = directory.clock()
        await record_change(session, "Profile", profile.id, occurred_at=now)
        await record_change(session, "Member", member_id, occurred_at=now)
    return profile


async def select_profile(directory: Directory, member_id: str, profile_id: str) -> SignedIn | None:
    """Issue a token for another profile of the member; None when it is not theirs."""
    async with directory.database.read() as session:
        member = (await store.find_members(session, [member_id])).get(member_id)
        profile = (await store.find_profiles(session, [profile_id])).get(profile_id)
    if member is None or profile is None or profile.member_id != member_id:
        return None
    token = directory.tokens.issue(member, profile, directory.clock())
    return SignedIn(token, member, profile)
