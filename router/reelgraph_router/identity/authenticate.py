"""Turn the Authorization header of a client into an identity."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from reelgraph_kit.identity import ANONYMOUS, Identity, with_granted_scopes
from reelgraph_router.errors import Code, RequestError, refuse
from reelgraph_router.identity.key_sets import IssuerKey, KeySets, KeySource

if TYPE_CHECKING:
    import jwt

REMEMBERED_TOKENS = 10_000
REMEMBERED_BYTES = 20_000_000
MAX_TOKEN_BYTES = 16_384
"""Longer tokens are refused unread."""
CHALLENGE = ((b"www-authenticate", b"Bearer"),)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token said, until when, and the key that it holds by."""

    expires: float
    key: IssuerKey
    identity: Identity


class Authenticator:
    """Verifies bearer tokens (RFC 7519, RFC 6750) against the configured issuers.

    A token that verified is remembered until it expires or its key leaves the issuer's set, so that
    a client's next requests cost a look-up. Without key sets every token is refused, since nobody
    reads it; where `passes_on`, subgraphs get the header, and it is theirs to judge. Tokens of
    issuers by name must be for `audience`, unless it is empty; those of own services for `own_name`.
    A service has the scopes that `grants` gives it by name.
    """

    def __init__(
        self,
        keys: KeySets | None,
        *,
        audience: str = "",
        own_name: str = "router",
        grants: Mapping[str, frozenset[str]] | None = None,
        clock_skew: float = 30.0,
        clock: Callable[[], float] = time.time,
        passes_on: bool = False,
    ) -> None:
        self._keys = keys
        self._audience = audience
        self._own_name = own_name
        self._grants = grants or {}
        self._skew = clock_skew
        self._clock = clock
        self._passes_on = passes_on
        self._known: OrderedDict[bytes, Verified] = OrderedDict()
        self._bytes = 0

    def recall(self, header: bytes | None) -> Identity | None:
        """The identity of a header seen before, or None where it must be verified."""
        if header is None or (self._keys is None and self._is_of_no_concern(header)):
            return ANONYMOUS
        known = self._known.get(header)
        if known is None:
            return None
        if not known.key.is_held or known.expires + self._skew <= self._clock():
            self._forget(header)
            return None
        return known.identity

    def _is_of_no_concern(self, header: bytes) -> bool:
        """Whether a router without key sets lets a header be.

        A password (Basic) is no token: a proxy may have asked for it and passed it on.
        """
        return self._passes_on or header[:6].lower() == b"basic "

    async def authenticate(self, header: bytes) -> Identity:
        """Verify a header; raises RequestError: 401 for the token, 503 where its keys are away."""
        if self._keys is None:
            raise _unauthenticated("The router knows no issuer, so it accepts no tokens.")
        scheme, _, raw = header.partition(b" ")
        if scheme.lower() != b"bearer" or not raw.strip():
            raise _unauthenticated("Send the token as Authorization: Bearer <token>.")
        if len(raw) > MAX_TOKEN_BYTES:
            raise _unauthenticated(f"The token has more than {MAX_TOKEN_BYTES} bytes.")
        token = raw.strip().decode("latin-1")
        source, key, claims = self._verify(token, await self._find_keys(token))
        identity = with_granted_scopes(read_identity(claims, source), self._grants)
        expires = min(self._check_times(claims), float(2**53))
        self._remember(header, Verified(expires, key, identity))
        return identity

    def _remember(self, header: bytes, verified: Verified) -> None:
        self._forget(header)
        self._known[header] = verified
        self._bytes += len(header)
        while len(self._known) > REMEMBERED_TOKENS or self._bytes > REMEMBERED_BYTES:
            self._forget(next(iter(self._known)))

    def _forget(self, header: bytes) -> None:
        if self._known.pop(header, None) is not None:
            self._bytes -= len(header)

    async def _find_keys(self, token: str) -> list[tuple[KeySource, IssuerKey]]:
        """The keys that may have signed a token; raises RequestError where there is none."""
        assert self._keys is not None
        kid, issuer = _read_unverified(token)
        found = self._keys.find(kid, issuer)
        if not found:
            await self._keys.look_again(kid, issuer)
            found = self._keys.find(kid, issuer)
        if not found and self._keys.is_unsure(kid, issuer):
            raise refuse(
                "The keys of the token's issuer cannot be read at present. Try again in a moment.",
                Code.KEYS_UNAVAILABLE,
                503,
                headers=((b"retry-after", b"5"),),
            )
        if not found:
            raise _unauthenticated("The token's issuer or key is not known here.")
        return found

    def _verify(
        self, token: str, candidates: list[tuple[KeySource, IssuerKey]]
    ) -> tuple[KeySource, IssuerKey, Mapping[str, object]]:
        """The first key that verifies the token, and the claims; raises RequestError."""
        refusal: RequestError | None = None
        for source, key in candidates:
            try:
                return source, key, self._decode(token, source, key.key)
            except RequestError as error:
                refusal = refusal or error
        assert refusal is not None
        raise refusal

    def _decode(self, token: str, source: KeySource, key: jwt.PyJWK) -> Mapping[str, object]:
        import jwt

        # What a service signed for another one must not do here: its tokens name the router.
        audience = self._own_name if source.issuer is None else self._audience
        options: dict[str, object] = {
            "require": ["exp", "iss"],
            "verify_aud": bool(audience),
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=audience or None,
                options=cast("jwt.types.Options", options),
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise _unauthenticated(_reason(error)) from None

    def _check_times(self, claims: Mapping[str, object]) -> float:
        """When the token expires; raises RequestError (401) unless it holds now."""
        now = self._clock()
        expires, starts = _instant(claims.get("exp")), _instant(claims.get("nbf", 0))
        if expires + self._skew <= now:
            raise _unauthenticated("The token has expired.")
        if starts - self._skew > now:
            raise _unauthenticated("The token is not valid yet.")
        return expires


def _reason(error: Exception) -> str:
    """Why a token that could not be decoded is refused."""
    import jwt

    if isinstance(error, jwt.InvalidAudienceError):
        return "The token is meant for another audience."
    if isinstance(error, jwt.MissingRequiredClaimError) and error.claim == "aud":
        return "The token does not name its audience (claim aud)."
    if isinstance(error, jwt.InvalidSignatureError):
        return "The token's signature is wrong."
    return "The token cannot be accepted."


def _read_unverified(token: str) -> tuple[str, str]:
    """The key id and the issuer that a token names; raises RequestError (401)."""
    import jwt  # slow to import, and of no use to a router without issuers

    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise _unauthenticated("The token is malformed.") from None
    if "crit" in header or header.get("b64", True) is not True:
        # Extensions that must be understood (RFC 7515, 4.1.11), and none is.
        raise _unauthenticated("The token asks for an extension that is not known here.")
    return str(header.get("kid", "")), str(claims.get("iss", ""))


def _instant(value: object) -> float:
    """A claim in unix seconds; raises RequestError (401)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isfinite(found):
            return found
    raise _unauthenticated("The token's times are malformed.")


def read_identity(claims: Mapping[str, object], source: KeySource) -> Identity:
    """Read a verified token's claims; raises RequestError (401).

    An issuer that is configured by name speaks for members. A key of our own services speaks for
    the service that it belongs to and for nobody else.
    """
    issuer, subject = _text(claims.get("iss")) or "", _text(claims.get("sub"))
    if source.issuer is None:
        if claims.get("kind") != "service" or subject not in (None, issuer):
            raise _unauthenticated("A service's key speaks for the service alone.")
        return Identity("service", issuer, issuer=issuer)
    return Identity(
        kind="member",
        subject=subject,
        profile=_text(claims.get("profile")),
        maturity=_text(claims.get("maturity")),
        scopes=frozenset(_scopes(claims)),
        issuer=issuer,
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
