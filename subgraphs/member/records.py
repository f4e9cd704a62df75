"""What member's store holds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from subgraphs.member.maturity import MaturityLevel


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member; `country` is an ISO 3166-1 alpha-2 code."""

    id: str
    email: str
    display_name: str
    country: str | None
    password_hash: str
    scopes: frozenset[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """One of a member's profiles; `number` counts from 0 in the order they were made."""

    id: str
    member_id: str
    number: int
    name: str
    maturity: MaturityLevel
    kids: bool
