"""Turn the Authorization header of a client into an identity."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.errors import Code, RequestError, refuse
from reelgraph_router.identity.key_sets import COOLDOWN_SECONDS, KeySets, KeySource

if TYPE_CHECKING:
    import jwt

REMEMBERED_TOKENS = 10_000
CHALLENGE = ((b"www-authenticate", b"Bearer"),)


class Authenticator:
    """Verifies bearer tokens (RFC 7519, RFC 6750) against the configured issuers.

    A token that verified is remembered until it expires, so that a client's next requests cost a
    look-up. Without configured key sets the header is none of the router's business.
    """

    def __init__(
        self,
        keys: KeySets | None,
        *,
        audience: str = "",
        clock_skew: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._skew = clock_skew
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    def recall(self, header: bytes | None) -> Identity | None:
        """The identity of a header seen before, or None where it must be verified."""
        if header is None or self._keys is None:
            return ANONYMOUS
        known = self._known.get(header)
        if known is None:
            return None
        if known[0] + self._skew <= self._clock():
            del self._known[header]
            return None
        return known[1]

    async def authenticate(self, header: bytes) -> Identity:
        """Verify a header; raises RequestError (401) telling what is wrong with the token."""
        scheme, _, raw = header.partition(b" ")
        if scheme.lower() != b"bearer" or not raw.strip():
            raise _unauthenticated("Send the token as Authorization: Bearer <token>.")
        token = raw.strip().decode("latin-1")
        source, key = await self._find_key(token)
        claims = self._decode(token, key)
        identity = read_identity(claims, source)
        self._known[header] = (float(cast("float", claims["exp"])), identity)
        if len(self._known) > REMEMBERED_TOKENS:
            self._known.popitem(last=False)
        return identity

    async def _find_key(self, token: str) -> tuple[KeySource, jwt.PyJWK]:
        import jwt  # slow to import, and of no use to a router without issuers

        assert self._keys is not None
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            unverified = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise _unauthenticated("The token is malformed.") from None
        issuer = str(unverified.get("iss", ""))
        found = self._keys.find(kid, issuer)
        if found is None:
            await self._keys.refresh(older_than=COOLDOWN_SECONDS)
            found = self._keys.find(kid, issuer)
        if found is None:
            raise _unauthenticated("The token's issuer or key is not known here.")
        return found

    def _decode(self, token: str, key: jwt.PyJWK) -> Mapping[str, object]:
        import jwt

        options: dict[str, object] = {
            "require": ["exp", "iss"],
            "verify_aud": bool(self._audience),
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience or None,
                options=cast("jwt.types.Options", options),
            )
        except jwt.InvalidAudienceError:
            raise _unauthenticated("The token is meant for another audience.") from None
        except jwt.InvalidSignatureError:
            raise _unauthenticated("The token's signature is wrong.") from None
        except jwt.InvalidTokenError:
            raise _unauthenticated("The token cannot be accepted.") from None
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, object]) -> None:
        now = self._clock()
        expires, starts = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(starts, int | float):
            raise _unauthenticated("The token's times are malformed.")
        if expires + self._skew <= now:
            raise _unauthenticated("The token has expired.")
        if starts - self._skew > now:
            raise _unauthenticated("The token is not valid yet.")


def read_identity(claims: Mapping[str, object], source: KeySource) -> Identity:
    """Read a verified token's claims; only sets of our own services may speak as a service."""
    is_service = source.issuer is None and claims.get("kind") == "service"
    return Identity(
        kind="service" if is_service else "member",
        subject=_text(claims.get("sub")) or (_text(claims.get("iss")) if is_service else None),
        profile=_text(claims.get("profile")),
        maturity=_text(claims.get("maturity")),
        scopes=frozenset(_scopes(claims)),
        issuer=_text(claims.get("iss")) or "",
    )


def _scopes(claims: Mapping[str, object]) -> list[str]:
    """Scopes as one string with spaces (RFC 8693, 4.2) or as a list."""
    found = claims.get("scope", claims.get("scopes", ""))
    if isinstance(found, str):
        return found.split()
    return [str(scope) for scope in found] if isinstance(found, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _unauthenticated(message: str) -> RequestError:
    return refuse(message, Code.UNAUTHENTICATED, 401, headers=CHALLENGE)


def at_address(identity: Identity, address: str | None, country: str | None) -> Identity:
    """The same caller, calling from an address."""
    return replace(identity, address=address, country=country)
