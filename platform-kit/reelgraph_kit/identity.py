"""Who calls: the claims that the router or a service signs, as a typed value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

IDENTITY_HEADER = "Reelgraph-Identity"
"""Header with the caller's identity: a compact JWS that only trusted signers can make."""

DEADLINE_HEADER = "Reelgraph-Deadline"
"""Header with the unix time in milliseconds after which the answer is useless."""

REQUEST_ID_HEADER = "X-Request-Id"
"""Header that carries the id of a request from process to process and back."""

MAX_IDENTITY_SECONDS = 600
"""A signed identity that holds longer is refused, so an access token is never taken for one."""

AUDIENCE_CLAIM = "aud"
"""Claim with whom a token is for (RFC 7519, 4.1.3): a subgraph's name, or the router's."""

Kind = Literal["anonymous", "member", "service"]
_KINDS = ("anonymous", "member", "service")


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of a request.

    `subject` is the member's id or the service's name; `maturity` a MaturityRating's name;
    `address` the client's IP address; `country` its ISO 3166-1 alpha-2 code; `issuer` the
    signer that vouched for all this ("" for anonymous callers without a header).
    """

    kind: Kind = "anonymous"
    subject: str | None = None
    profile: str | None = None
    maturity: str | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    address: str | None = None
    country: str | None = None
    issuer: str = ""

    @property
    def is_member(self) -> bool:
        """Whether a signed-in member calls."""
        return self.kind == "member"

    @property
    def is_service(self) -> bool:
        """Whether another service calls on its own account."""
        return self.kind == "service"

    def has_scope(self, scope: str) -> bool:
        """Whether the caller was granted a scope, such as `catalog:write`."""
        return scope in self.scopes

    def to_claims(self) -> dict[str, object]:
        """Return the claims to sign; `aud` is for the sender to add, `iss`, `iat`, `exp` for the signer."""
        return {
            "kind": self.kind,
            "sub": self.subject,
            "profile": self.profile,
            "maturity": self.maturity,
            "scopes": sorted(self.scopes),
            "addr": self.address,
            "country": self.country,
        }


ANONYMOUS = Identity()
"""A caller about whom nothing is known."""


def identity_from_claims(claims: Mapping[str, Any]) -> Identity:
    """Read an identity from verified claims.

    Raises `ValueError` naming the claim that has a wrong shape.
    """
    kind = claims.get("kind", "anonymous")
    if kind not in _KINDS:
        raise ValueError(f"claim kind must be one of {', '.join(_KINDS)}, not {kind!r}")
    scopes = claims.get("scopes", [])
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise ValueError("claim scopes must be a list of strings")
    return Identity(
        kind=cast("Kind", kind),
        subject=_text(claims, "sub"),
        profile=_text(claims, "profile"),
        maturity=_text(claims, "maturity"),
        scopes=frozenset(scopes),
        address=_text(claims, "addr"),
        country=_text(claims, "country"),
        issuer=_text(claims, "iss") or "",
    )


def check_speaker(
    identity: Identity, claims: Mapping[str, Any], speakers: Collection[str], now: float
) -> None:
    """Raise ValueError where a signer says more than it may.

    The `speakers` (routers) state who asks them: members, services, nobody. Every other signer
    states itself alone, as a service. And nobody states anything for long, so that a header that
    leaks is of use for minutes.
    """
    if claims["exp"] > now + MAX_IDENTITY_SECONDS:
        raise ValueError(f"it holds for more than {MAX_IDENTITY_SECONDS} seconds")
    if identity.issuer in speakers:
        return
    if not identity.is_service or identity.subject != identity.issuer:
        raise ValueError(f"{identity.issuer!r} may speak for itself only, as a service")
    if identity.profile is not None or identity.maturity is not None:
        raise ValueError(f"{identity.issuer!r} has no profile and no maturity")


def check_audience(
    claims: Mapping[str, Any], audiences: Collection[str], allows_none: bool = False
) -> None:
    """Raise ValueError where a token was not made for one of `audiences`.

    Else whoever is shown an identity could show it to others in the caller's name. A token that
    names nobody is refused, too, unless `allows_none`.
    """
    named = claims.get(AUDIENCE_CLAIM)
    if named is None and allows_none:
        return
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not any(
        isinstance(name, str) and name in audiences for name in names
    ):
        raise ValueError(f"it is for {named!r}, not for {' or '.join(sorted(audiences))}")


def read_grants(entries: Collection[str]) -> dict[str, frozenset[str]]:
    """Read what services may do: `service=scope scope …` each; raises ValueError naming the wrong one."""
    found: dict[str, frozenset[str]] = {}
    for entry in entries:
        name, _, scopes = entry.partition("=")
        name, granted = name.strip(), frozenset(scopes.split())
        if not name or not granted:
            raise ValueError(f'"{entry}" must have the form service=scope, or service=scope scope')
        found[name] = found.get(name, frozenset()) | granted
    return found


def with_granted_scopes(identity: Identity, grants: Mapping[str, frozenset[str]]) -> Identity:
    """The caller, a service with the scopes that are granted to its name, whatever it says of itself."""
    if not identity.is_service:
        return identity
    return replace(identity, scopes=grants.get(identity.subject or "", frozenset()))


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"claim {name} must be a string or null")
    return value
