"""Where a request comes from: the socket's address, or what a trusted proxy says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddress:
    """Finds a client's address and country."""

    def __init__(self, trusted_proxies: Iterable[str], country_header: str) -> None:
        self._trusted: list[Network] = [
            ipaddress.ip_network(entry, strict=False) for entry in trusted_proxies
        ]
        self._country = country_header.lower().encode()
        self.headers = frozenset((b"x-forwarded-for", self._country))
        """What only proxies may say."""

    def find(
        self, peer: str | None, headers: Mapping[bytes, bytes]
    ) -> tuple[str | None, str | None]:
        """Address and ISO country; headers count only when the peer is a trusted proxy.

        In X-Forwarded-For the last address that is no trusted proxy is the client: everything
        before it is the client's own claim.
        """
        if not self._trusted or peer is None or not self._trusts(peer):
            return peer, None
        country = headers.get(self._country, b"").decode("latin-1").strip().upper() or None
        if country is not None and not (len(country) == 2 and country.isalpha()):
            country = None
        for hop in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            candidate = hop.strip()
            if not _is_address(candidate):
                break
            if not self._trusts(candidate):
                return candidate, country
        return peer, country

    def _trusts(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
