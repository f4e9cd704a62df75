"""The demo member of `make run`, so that a newcomer can sign in at once."""

from __future__ import annotations

from subgraphs.member import store
from subgraphs.member.maturity import MaturityLevel
from subgraphs.member.records import MemberRecord, ProfileRecord
from subgraphs.member.use_cases.directory import Directory
from subgraphs.member.use_cases.sign_up import add_member

DEMO_EMAIL = "demo@reelgraph.example"
DEMO_PASSWORD = "one-evening"
DEMO_MEMBER = "demo"
DEMO_SCOPES = frozenset({"catalog:write", "playback:diagnose"})


async def seed_demo(directory: Directory) -> None:
    """Make the demo member with a profile for grown-ups and one for kids, unless they exist."""
    async with directory.database.read() as session:
        if await store.find_by_email(session, DEMO_EMAIL) is not None:
            return
    member = MemberRecord(
        id=DEMO_MEMBER,
        email=DEMO_EMAIL,
        display_name="Demo",
        country="DE",
        password_hash=await directory.passwords.hash(DEMO_PASSWORD),
        scopes=DEMO_SCOPES,
        created_at=directory.clock(),
    )
    profiles = [
        ProfileRecord("demo-adult", DEMO_MEMBER, 0, "Robin", MaturityLevel.EIGHTEEN, kids=False),
        ProfileRecord("demo-kids", DEMO_MEMBER, 1, "Kids", MaturityLevel.SEVEN, kids=True),
    ]
    await add_member(directory, member, profiles)
