"""Who calls, as the HTTP layer finds it out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from reelgraph_kit.asgi import Scope
from reelgraph_kit.identity import ANONYMOUS, Identity
from reelgraph_router.identity.authenticate import Authenticator, at_address
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.subgraph_headers import HeaderForwarding, IdentitySigner
from reelgraph_router.transport.headers import Headers
from reelgraph_router.usage.count import NO_CLIENT, Client, client_of

HeaderMap = Mapping[bytes, bytes]
CallerKey = tuple[bytes | None, str | None, str | None]
"""The Authorization header of a verified caller, the address, the country."""

REMEMBERED_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Described:
    """A caller as `verified`, `placed` at an address, and the headers that tell subgraphs of it."""

    verified: Identity
    placed: Identity
    headers: Headers


@dataclass(frozen=True, slots=True)
class Caller:
    """What the endpoint needs to know of who calls."""

    authenticator: Authenticator
    addresses: ClientAddress
    signer: IdentitySigner | None
    forwarding: HeaderForwarding
    client_headers: tuple[tuple[bytes, bytes], ...] = ()
    """Pairs of headers that name a client and its version; none where nobody asks."""
    described: OrderedDict[CallerKey, Described] = field(default_factory=OrderedDict)
    """Callers seen before: to make and to hash identities anew takes longer than a small answer."""

    def client(self, headers: HeaderMap, identity: Identity) -> Client:
        """The client's name and version; a service without a name goes by its own."""
        for name, version in self.client_headers:
            given = headers.get(name)
            if given is not None:
                return client_of(given, headers.get(version, b""))
        return (identity.subject or "", "") if identity.is_service else NO_CLIENT

    async def identify(self, scope: Scope, headers: HeaderMap) -> tuple[Identity, Headers]:
        """The caller, and the headers that subgraphs get; raises RequestError (401)."""
        peer = client[0] if (client := scope.get("client")) else None
        known = self.recall(peer, headers)
        if known is not None:
            return known
        identity = await self.authenticator.authenticate(headers[b"authorization"])
        return self._describe(identity, peer, headers)

    def recall(self, peer: str | None, headers: HeaderMap) -> tuple[Identity, Headers] | None:
        """What `identify` returns where nothing must be awaited: no token, or one seen before."""
        identity = self.authenticator.recall(headers.get(b"authorization"))
        return None if identity is None else self._describe(identity, peer, headers)

    def _describe(
        self, identity: Identity, peer: str | None, headers: HeaderMap
    ) -> tuple[Identity, Headers]:
        header = None if identity is ANONYMOUS else headers.get(b"authorization")
        key = (header, *self.addresses.find(peer, headers))
        known = self.described.get(key)
        if known is None or known.verified is not identity:
            known = self.described[key] = self._place(identity, *key[1:])
            if len(self.described) > REMEMBERED_CALLERS:
                self.described.popitem(last=False)
        return known.placed, known.headers + self.forwarding.lines(headers)

    def _place(self, identity: Identity, address: str | None, country: str | None) -> Described:
        placed = at_address(identity, address, country)
        return Described(
            identity, placed, b"" if self.signer is None else self.signer.headers_of(placed)
        )
