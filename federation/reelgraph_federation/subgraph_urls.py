"""Whether a subgraph's URL can be called: one rule for composition, the registry and the command line.

What it says never holds a URL that has a user name or a password in it.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_URL = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}")
_LABEL = re.compile(r"[\w-]{1,63}")
_LONGEST_HOST = 253


def url_problem(url: str) -> str | None:
    """Return why a subgraph's URL cannot be used, None if it can be or is empty.

    An empty URL means that it is told to routers in another way.
    """
    reason = _reason(url) if url else None
    if reason is None:
        return None
    return reason if _may_hold_secrets(url) else f'{reason} ("{url[:200]}")'


def _may_hold_secrets(url: str) -> bool:
    return "@" in url


def _reason(url: str) -> str | None:
    if any(character.isspace() or not character.isprintable() for character in url):
        return "it has a space or a control character in it"
    if "${" in url:
        return "it has a variable in it that was not replaced"
    match = _URL.match(url)
    if match is None:
        return "it does not begin with http:// or https://"
    authority = match.group(1)
    if "@" in authority:
        return (
            "it has a user name or a password in it, which everybody could read who may read the "
            "supergraph: leave them out, and let the router send them"
        )
    if authority.startswith("["):
        return _literal_reason(authority)
    host, _, port = authority.partition(":")
    return _host_reason(host) or _port_reason(port)


def _literal_reason(authority: str) -> str | None:
    """Say what is wrong with an address in brackets, and with what follows it."""
    address, closing, rest = authority[1:].partition("]")
    if not closing or not _is_ipv6(address):
        return "what stands in brackets for its host is no IPv6 address"
    if rest and not rest.startswith(":"):
        return "what follows the brackets is no port"
    return _port_reason(rest[1:])


def _is_ipv6(address: str) -> bool:
    try:
        IPv6Address(address)
    except AddressValueError:
        return False
    return True


def _host_reason(host: str) -> str | None:
    if not host:
        return "it has no host: is a variable unset of which it is made?"
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        return "what stands for its host is no name and no address"
    if len(labels) == 4 and all(map(str.isdigit, labels)):
        try:
            IPv4Address(host.removesuffix("."))
        except AddressValueError:
            return "what stands for its host is no IPv4 address"
    return None


def _port_reason(port: str) -> str | None:
    """Say what is wrong with a port; none written is the scheme's own."""
    if not port or (_PORT.fullmatch(port) and 0 < int(port) < 2**16):
        return None
    return "its port is no number from 1 to 65535"
