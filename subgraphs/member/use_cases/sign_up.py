"""Become a member."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reelgraph_dgs.outbox import record_change
from subgraphs.member import store
from subgraphs.member.maturity import MaturityLevel
from subgraphs.member.passwords import MAX_LENGTH, MIN_LENGTH
from subgraphs.member.records import MemberRecord, ProfileRecord
from subgraphs.member.use_cases.directory import (
    Directory,
    InvalidInput,
    SignedIn,
    new_id,
)

# One @ with something on both sides and a dot behind; whether mail arrives only mail can tell.
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_EMAIL_MAX = 254
_NAME_MAX = 40


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a person enters; `country` is an ISO 3166-1 alpha-2 code."""

    email: str
    password: str
    display_name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class EmailTaken:
    """Somebody signed up with this e-mail address before."""

    email: str


async def sign_up(directory: Directory, form: SignUp) -> SignedIn | EmailTaken | InvalidInput:
    """Make a member with a first profile for grown-ups, and sign them in."""
    problem = find_problem(form)
    if problem is not None:
        return problem
    member = MemberRecord(
        id=new_id(),
        email=normalize_email(form.email),
        display_name=form.display_name.strip(),
        country=form.country,
        password_hash=await directory.passwords.hash(form.password),
        scopes=frozenset(),
        created_at=directory.clock(),
    )
    profile = ProfileRecord(
        new_id(), member.id, 0, member.display_name, MaturityLevel.EIGHTEEN, kids=False
    )
    if not await add_member(directory, member, [profile]):
        return EmailTaken(member.email)
    token = directory.tokens.issue(member, profile, directory.clock())
    return SignedIn(token, member, profile)


async def add_member(
    directory: Directory, member: MemberRecord, profiles: list[ProfileRecord]
) -> bool:
    """Write a member with profiles and tell of it, or do nothing when the e-mail is taken."""
    async with directory.database.write() as session:
        if not await store.insert_member(session, member):
            return False
        await record_change(session, "Member", member.id, occurred_at=member.created_at)
        for profile in profiles:
            await store.insert_profile(session, profile)
            await record_change(session, "Profile", profile.id, occurred_at=member.created_at)
    return True


def normalize_email(email: str) -> str:
    """Return the form in which addresses are compared: trimmed, in lower case."""
    return email.strip().casefold()


def find_problem(form: SignUp) -> InvalidInput | None:
    """Return the first input that cannot be taken, or None."""
    email = normalize_email(form.email)
    if len(email) > _EMAIL_MAX or not _EMAIL.fullmatch(email):
        return InvalidInput("email", "Enter an e-mail address such as name@example.org.")
    if not MIN_LENGTH <= len(form.password) <= MAX_LENGTH:
        return InvalidInput(
            "password", f"Choose a password of {MIN_LENGTH} to {MAX_LENGTH} characters."
        )
    if not 1 <= len(form.display_name.strip()) <= _NAME_MAX:
        return InvalidInput("displayName", f"Enter a name of 1 to {_NAME_MAX} characters.")
    if form.country is not None and not re.fullmatch(r"[A-Z]{2}", form.country):
        return InvalidInput("country", "Give the country as two capital letters, such as DE.")
    return None
