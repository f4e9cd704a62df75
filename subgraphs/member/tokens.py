"""Access tokens: JWTs signed with member's Ed25519 key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reelgraph_kit.signing import Signer, jwks_document
from subgraphs.member.records import MemberRecord, ProfileRecord

ISSUER = "member"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token for the `Authorization: Bearer` header, and when it stops working."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Issues tokens for a member and one profile."""

    signer: Signer
    lifetime: timedelta

    def issue(self, member: MemberRecord, profile: ProfileRecord, now: datetime) -> AccessToken:
        """Sign who the member is, which profile watches, its maturity and the member's scopes."""
        claims = {
            "sub": member.id,
            "profile": profile.id,
            "maturity": profile.maturity.name,
            "scope": " ".join(sorted(member.scopes)),
        }
        seconds = self.lifetime.total_seconds()
        text = self.signer.sign(claims, seconds, now=now.timestamp())
        return AccessToken(text, now.replace(microsecond=0) + self.lifetime)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public key as a JSON Web Key Set."""
        return jwks_document({ISSUER: self.signer.public_key})
