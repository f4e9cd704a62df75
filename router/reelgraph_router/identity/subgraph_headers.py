"""The headers that subgraphs get: the signed identity, the deadline, what may be passed on."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from reelgraph_kit.identity import DEADLINE_HEADER, IDENTITY_HEADER, Identity

if TYPE_CHECKING:
    from reelgraph_kit.signing import Signer

REMEMBERED_IDENTITIES = 10_000
_IDENTITY_LINE = f"{IDENTITY_HEADER.lower()}: %b\r\n".encode()
_DEADLINE_LINE = f"{DEADLINE_HEADER.lower()}: %d\r\n".encode()

HOP_BY_HOP = frozenset(
    (
        b"connection", b"content-length", b"content-type", b"host", b"keep-alive", b"te",
        b"trailer", b"transfer-encoding", b"upgrade", b"accept-encoding", b"expect",
        b"proxy-authorization", b"accept",
    )
)  # fmt: skip
"""Headers that describe one connection or one body, so they cannot be passed on (RFC 9110, 7.6.1)."""


class IdentitySigner:
    """Signs identities for subgraphs; a signed one is used again for half its life."""

    def __init__(
        self, signer: Signer | None, lifetime: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._signer = signer
        self._lifetime = lifetime
        self._clock = clock
        self._signed: OrderedDict[Identity, tuple[float, bytes]] = OrderedDict()

    def header_line(self, identity: Identity) -> bytes:
        """The header line for `identity`, or nothing when the router has no key to sign with."""
        return self.sign(identity)[1]

    def is_good(self, until: float) -> bool:
        """Whether a line that `sign` returned may be sent still."""
        return self._signer is None or self._clock() < until

    def sign(self, identity: Identity) -> tuple[float, bytes]:
        """The header line for `identity`, and the unix time until when it is used again."""
        if self._signer is None:
            return 0.0, b""
        now = self._clock()
        known = self._signed.get(identity)
        if known is not None and now < known[0]:
            return known
        token = self._signer.sign(identity.to_claims(), self._lifetime, now)
        line = _IDENTITY_LINE % token.encode()
        self._signed[identity] = known = (now + self._lifetime / 2, line)
        if len(self._signed) > REMEMBERED_IDENTITIES:
            self._signed.popitem(last=False)
        return known


class HeaderForwarding:
    """Passes chosen client headers on to subgraphs.

    Never those that only the router may set, nor those that belong to one connection.
    """

    def __init__(self, names: Iterable[str]) -> None:
        own = {IDENTITY_HEADER.lower().encode(), DEADLINE_HEADER.lower().encode()}
        wanted = (name.strip().lower().encode() for name in names)
        self._names = tuple(n for n in wanted if n not in HOP_BY_HOP and n not in own)

    def passes_on(self, name: bytes) -> bool:
        """Whether subgraphs get the header `name` (given in lower case)."""
        return name in self._names

    def lines(self, headers: Mapping[bytes, bytes]) -> bytes:
        """Header lines, each ending in CRLF."""
        found = [b"%b: %b\r\n" % (n, headers[n]) for n in self._names if n in headers]
        return b"".join(found)


def deadline_line(unix_seconds: float) -> bytes:
    """The header that tells until when an answer is of use."""
    return _DEADLINE_LINE % int(unix_seconds * 1000)
