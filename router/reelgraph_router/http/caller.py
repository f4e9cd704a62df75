"""Who calls, as the HTTP layer finds it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reelgraph_kit.asgi import Scope
from reelgraph_kit.identity import Identity
from reelgraph_router.identity.authenticate import Authenticator, at_address
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.subgraph_headers import HeaderForwarding, IdentitySigner

HeaderMap = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Caller:
    """What the endpoint needs to know of who calls."""

    authenticator: Authenticator
    addresses: ClientAddress
    signer: IdentitySigner
    forwarding: HeaderForwarding

    async def identify(self, scope: Scope, headers: HeaderMap) -> tuple[Identity, bytes]:
        """The caller, and the headers that subgraphs get; raises RequestError (401)."""
        authorization = headers.get(b"authorization")
        identity = self.authenticator.recall(authorization)
        if identity is None:
            assert authorization is not None
            identity = await self.authenticator.authenticate(authorization)
        client = scope.get("client")
        address, country = self.addresses.find(client[0] if client else None, headers)
        identity = at_address(identity, address, country)
        return identity, self.signer.header_line(identity) + self.forwarding.lines(headers)
