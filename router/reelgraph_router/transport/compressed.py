"""Answers that a subgraph compressed although it was asked not to.

What decompressing may cost is bounded three times: by the size of what comes out, by its ratio to what
went in, and by the number of gzip's members. What is not done after one small step goes on in
a thread, so that the event loop never waits for it; the exchange's own deadline bounds the time.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable

from reelgraph_router.transport.port import FaultKind, Outcome, SubgraphAnswer, TransportFault

GZIP_START = b"\x1f\x8b"
"""With these bytes no JSON begins."""

MAX_RATIO = 200
"""More bytes of JSON out of one byte of gzip are taken for an attack,"""
FREE_BYTES = 1_000_000
"""where they are more than this."""
MAX_MEMBERS = 1_000
"""Most gzip members of an answer (RFC 1952, 2.2); each costs a decompressor."""
STEP_BYTES = 64 * 1024
"""What goes in and comes out in one step, about half a millisecond."""

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def is_compressed(answer: SubgraphAnswer) -> bool:
    """Whether an answer's body is gzip and said to be."""
    return answer.body.startswith(GZIP_START) and answer.header(
        b"content-encoding"
    ).strip().lower() in (b"gzip", b"x-gzip")


class Decompression:
    """An answer in gzip on its way to become what it was; `deliver` gets it, or a fault."""

    def __init__(
        self, answer: SubgraphAnswer, most: int, deliver: Callable[[Outcome], None]
    ) -> None:
        self._answer = answer
        self._most = most
        self._deliver = deliver
        self._found = bytearray()
        self._at = 0
        self._held = b""
        self._members = 0
        self._reader = zlib.decompressobj(_GZIP_WINDOW)

    def start(self) -> None:
        """Make one step here; what is left goes to a thread."""
        outcome = self._step()
        if outcome is not None:
            self._deliver(outcome)
            return
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, self._finish).add_done_callback(self._done)

    def _done(self, finished: asyncio.Future[Outcome]) -> None:
        if not finished.cancelled():
            self._deliver(finished.result())

    def _finish(self) -> Outcome:
        while True:
            outcome = self._step()
            if outcome is not None:
                return outcome

    def _step(self) -> Outcome | None:
        """Go on a little; the outcome once there is one."""
        body = self._answer.body
        given = self._held or body[self._at : self._at + STEP_BYTES]
        if not self._held:
            self._at += len(given)
        if not given:
            return _fault(FaultKind.PROTOCOL, "broken gzip: it ends too soon")
        try:
            self._found += self._reader.decompress(given, STEP_BYTES)
        except zlib.error as error:
            return _fault(FaultKind.PROTOCOL, f"broken gzip: {error}")
        size = len(self._found)
        if size > self._most:
            return _fault(FaultKind.TOO_LARGE, f"more than {self._most} bytes in gzip")
        if size > FREE_BYTES and size > MAX_RATIO * len(body):
            return _fault(FaultKind.TOO_LARGE, f"gzip of a ratio above {MAX_RATIO}")
        self._held = self._reader.unconsumed_tail
        return self._end_member() if self._reader.eof else None

    def _end_member(self) -> Outcome | None:
        """Begin the next member; the answer where there is none."""
        self._held = self._reader.unused_data
        if not self._held and self._at >= len(self._answer.body):
            answer = self._answer
            return SubgraphAnswer(answer.status, answer.headers, bytes(self._found))
        self._members += 1
        if self._members >= MAX_MEMBERS:
            return _fault(FaultKind.PROTOCOL, f"gzip of more than {MAX_MEMBERS} members")
        self._reader = zlib.decompressobj(_GZIP_WINDOW)
        return None


def _fault(kind: FaultKind, detail: str) -> TransportFault:
    return TransportFault(kind, detail)
