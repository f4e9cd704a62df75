"""Signed, expiring URLs: made by steering, verified by an appliance without asking anybody.

`/{asset}/{file}?e=<expiry>&s=<session>&k=<key id>&sig=<signature>`; the signature is HMAC-SHA256
over the path prefix `/{asset}/`, expiry, session and the client's network (/24 or /56), so one
signature serves every file of the asset and cannot be carried to another network.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlencode

CLOCK_SKEW_SECONDS = 30
_CLIENT_PREFIX_LENGTH = {4: 24, 6: 56}


@dataclass(frozen=True, slots=True)
class UrlKey:
    """A signing secret and the id that URLs carry instead of it."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """What a signature allows: one session, one asset, one client network, until `expires_at`.

    `expires_at` is in unix seconds.
    """

    asset: str
    session: str
    expires_at: int
    client: str


class UrlRefusal(Enum):
    """Why a URL is not served."""

    INCOMPLETE = "the URL carries no complete signature"
    UNKNOWN_KEY = "the URL is signed with a key that is not, or no longer, known here"
    BAD_SIGNATURE = "the signature does not fit the path, session or client network"
    EXPIRED = "the URL has expired"
    REVOKED = "the session was ended"


def parse_client(address: str) -> IPv4Address | IPv6Address:
    """Read an address; an IPv4 address mapped into IPv6 counts as IPv4. Raises ValueError."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def client_network(address: str) -> str:
    """Return the /24 (IPv4) or /56 (IPv6) around `address`. Raises ValueError on no address."""
    parsed = parse_client(address)
    return str(ip_network((parsed, _CLIENT_PREFIX_LENGTH[parsed.version]), strict=False))


def sign_url(base_url: str, file: str, grant: Grant, key: UrlKey) -> str:
    """Return the URL of `file` of the granted asset on the appliance at `base_url`."""
    query = urlencode(
        {"e": grant.expires_at, "s": grant.session, "k": key.id, "sig": _sign(grant, key)}
    )
    return f"{base_url.rstrip('/')}/{quote(grant.asset, safe='')}/{quote(file)}?{query}"


def find_refusal(
    asset: str,
    query: Mapping[str, str],
    client_address: str,
    keys: Mapping[str, UrlKey],
    revoked: Set[str],
    now: int,
) -> UrlRefusal | None:
    """Verify a request offline: return why it is refused, or None when it may be served."""
    try:
        expires_at = int(query["e"])
        session, key_id, signature = query["s"], query["k"], query["sig"]
    except (KeyError, ValueError):
        return UrlRefusal.INCOMPLETE
    key = keys.get(key_id)
    if key is None:
        return UrlRefusal.UNKNOWN_KEY
    grant = Grant(asset, session, expires_at, client_network(client_address))
    if not hmac.compare_digest(_sign(grant, key).encode(), signature.encode()):
        return UrlRefusal.BAD_SIGNATURE
    if now > expires_at + CLOCK_SKEW_SECONDS:
        return UrlRefusal.EXPIRED
    return UrlRefusal.REVOKED if session in revoked else None


def _sign(grant: Grant, key: UrlKey) -> str:
    parts = ("v1", f"/{grant.asset}/", str(grant.expires_at), grant.session, grant.client)
    digest = hmac.new(key.secret, "\n".join(parts).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
