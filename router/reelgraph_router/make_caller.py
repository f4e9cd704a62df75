"""What the settings say about who calls, made ready for the HTTP layer."""

from __future__ import annotations

from reelgraph_kit.identity import read_grants
from reelgraph_router.http.caller import Caller
from reelgraph_router.identity.authenticate import Authenticator
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.key_sets import KeySets, read_entry
from reelgraph_router.identity.subgraph_headers import HeaderForwarding, IdentitySigner
from reelgraph_router.settings import RouterSettings


def make_key_sets(settings: RouterSettings) -> KeySets | None:
    """The issuers' key sets, or None where it accepts no tokens."""
    if not settings.jwks_urls:
        return None
    sources = [read_entry(entry) for entry in settings.jwks_urls]
    return KeySets(sources, refresh_seconds=settings.jwks_refresh_seconds)


def make_caller(settings: RouterSettings, keys: KeySets | None) -> Caller:
    """How callers are identified, as the settings describe it."""
    signer = None
    if settings.signing_key is not None:
        from reelgraph_kit.signing import Signer

        key = Signer.from_file(settings.service_name, settings.signing_key)
        signer = IdentitySigner(key, settings.identity_lifetime_seconds)
    forwarding = HeaderForwarding(settings.forward_headers)
    return Caller(
        Authenticator(
            keys,
            audience=settings.jwt_audience,
            own_name=settings.service_name,
            grants=read_grants(settings.service_scopes),
            clock_skew=settings.clock_skew_seconds,
            passes_on=forwarding.passes_on(b"authorization"),
        ),
        ClientAddress(settings.trusted_proxies, settings.country_header),
        signer,
        forwarding,
        client_header_pairs(settings) if settings.registry_token_file is not None else (),
    )


def client_header_pairs(settings: RouterSettings) -> tuple[tuple[bytes, bytes], ...]:
    """The headers with a client's name and version."""
    names = (name.lower() for name in settings.client_headers)
    return tuple((f"{name}-name".encode(), f"{name}-version".encode()) for name in names)
