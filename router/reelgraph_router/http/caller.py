"""Who calls, as the HTTP layer finds it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from reelgraph_kit.asgi import Scope
from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.identity.authenticate import Authenticator, at_address
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.subgraph_headers import HeaderForwarding, IdentitySigner
from reelgraph_router.usage.count import NO_CLIENT, Client, client_of

HeaderMap = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Caller:
    """What the endpoint needs to know of who calls."""

    authenticator: Authenticator
    addresses: ClientAddress
    signer: IdentitySigner
    forwarding: HeaderForwarding
    client_headers: tuple[tuple[bytes, bytes], ...] = ()
    """Pairs of headers that name a client and its version; none where nobody asks."""

    def client(self, headers: HeaderMap, identity: Identity) -> Client:
        """The client's name and version; a service without a name goes by its own."""
        for name, version in self.client_headers:
            given = headers.get(name)
            if given is not None:
                return client_of(given, headers.get(version, b""))
        return (identity.subject or "", "") if identity.is_service else NO_CLIENT

    async def identify(self, scope: Scope, headers: HeaderMap) -> tuple[Identity, bytes]:
        """The caller, and the headers that subgraphs get; raises RequestError (401)."""
        peer = client[0] if (client := scope.get("client")) else None
        known = self.recall(peer, headers)
        if known is not None:
            return known
        identity = await self.authenticator.authenticate(headers[b"authorization"])
        return self._describe(identity, peer, headers)

    def recall(self, peer: str | None, headers: HeaderMap) -> tuple[Identity, bytes] | None:
        """What `identify` returns where nothing must be awaited: no token, or one seen before."""
        identity = self.authenticator.recall(headers.get(b"authorization"))
        return None if identity is None else self._describe(identity, peer, headers)

    def _describe(
        self, identity: Identity, peer: str | None, headers: HeaderMap
    ) -> tuple[Identity, bytes]:
        identity = place(identity, *self.addresses.find(peer, headers))
        return identity, self.signer.header_line(identity) + self.forwarding.lines(headers)


def place(identity: Identity, address: str | None, country: str | None) -> Identity:
    """The same caller, calling from an address."""
    if identity is ANONYMOUS:
        return anonymous_at(address, country)
    return at_address(identity, address, country)


@lru_cache(maxsize=4096)
def anonymous_at(address: str | None, country: str | None) -> Identity:
    """A caller without a token, remembered: most callers of a public graph are of this kind."""
    return at_address(ANONYMOUS, address, country)
