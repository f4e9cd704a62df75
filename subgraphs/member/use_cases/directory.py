"""What every use case works with, and the outcomes they share."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reelgraph_dgs.database import Database
from reelgraph_kit.clock import Clock
from subgraphs.member.passwords import Passwords
from subgraphs.member.records import MemberRecord, ProfileRecord
from subgraphs.member.tokens import AccessToken, TokenIssuer


@dataclass(frozen=True, slots=True)
class Directory:
    """The database, the password hasher, the token issuer and the clock (aware UTC)."""

    database: Database
    passwords: Passwords
    tokens: TokenIssuer
    clock: Clock


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member with a fresh token for one of their profiles."""

    token: AccessToken
    member: MemberRecord
    profile: ProfileRecord


@dataclass(frozen=True, slots=True)
class InvalidInput:
    """An input that cannot be taken: its name, and what to do."""

    field: str
    message: str


def new_id() -> str:
    """Return a new random id."""
    return str(uuid.uuid4())
