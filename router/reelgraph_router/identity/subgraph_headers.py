"""The headers that subgraphs get: the signed identity, the deadline, what may be passed on."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from reelgraph_kit.identity import AUDIENCE_CLAIM, DEADLINE_HEADER, IDENTITY_HEADER, Identity
from reelgraph_router.transport.headers import HeadersOfEach

if TYPE_CHECKING:
    from reelgraph_kit.signing import Signer

REMEMBERED_IDENTITIES = 10_000
REMEMBERED_LINES = 50_000
"""Signed lines of all callers for all subgraphs; each takes about 600 bytes."""
SignedLine: TypeAlias = tuple[float, bytes]
"""Until when a line is used again (unix time), and the line."""
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


class SignedIdentity:
    """One caller's signed header lines: each subgraph's own, made when it is asked first.

    A line names its subgraph, so that none can show it to another one.
    """

    __slots__ = ("_clock", "_identity", "_lines", "_signer")

    def __init__(self, signer: IdentitySigner, identity: Identity) -> None:
        self._signer = signer
        self._clock = signer.clock
        self._identity = identity
        self._lines: dict[str, SignedLine] = {}

    def line_for(self, subgraph: str) -> bytes:
        """The line for a subgraph; a signed one is used again for half its life."""
        known = self._lines.get(subgraph)
        if known is not None and self._clock() < known[0]:
            return known[1]
        return self._signer.sign(self._identity, subgraph, self._lines)


class IdentitySigner:
    """Signs identities for subgraphs, and remembers a bounded number of signed lines."""

    def __init__(
        self, signer: Signer, lifetime: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._signer = signer
        self._lifetime = lifetime
        self.clock = clock
        self._callers: OrderedDict[Identity, SignedIdentity] = OrderedDict()
        self._held: deque[tuple[dict[str, SignedLine], str]] = deque()

    def headers_of(self, identity: Identity) -> HeadersOfEach:
        """The headers by which subgraphs learn who calls."""
        known = self._callers.get(identity)
        if known is None:
            known = self._callers[identity] = SignedIdentity(self, identity)
            if len(self._callers) > REMEMBERED_IDENTITIES:
                self._callers.popitem(last=False)
        return HeadersOfEach(known)

    def sign(self, identity: Identity, subgraph: str, lines: dict[str, SignedLine]) -> bytes:
        """Sign a line for a subgraph and keep it among a caller's `lines`."""
        now = self.clock()
        claims = {**identity.to_claims(), AUDIENCE_CLAIM: subgraph}
        line = _IDENTITY_LINE % self._signer.sign(claims, self._lifetime, now).encode()
        if subgraph not in lines:
            self._held.append((lines, subgraph))
        lines[subgraph] = (now + self._lifetime / 2, line)
        if len(self._held) > REMEMBERED_LINES:
            oldest, name = self._held.popleft()
            oldest.pop(name, None)
        return line


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
