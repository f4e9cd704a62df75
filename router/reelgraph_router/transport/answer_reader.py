"""Read one HTTP/1.1 answer from the bytes of a connection, and tell whether bytes were left.

Work and memory are linear in what arrives, however it is cut: a body grows in one array, a head is
searched once, and what is no body is bounded by `MAX_HEAD_BYTES` in all.
"""

from __future__ import annotations

import re

from reelgraph_router.transport.answer_head import (
    HEAD_END,
    MAX_HEAD_BYTES,
    AnswerFault,
    Head,
    KnownHead,
    known_head,
    read_head,
)
from reelgraph_router.transport.port import FaultKind, SubgraphAnswer

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(;[^\r\n\0]*)?\r\n")
_TRAILERS = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*\r\n)*\r\n")

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
"""Half of a line's end (RFC 9112, 2.2)."""

BEGIN = b"HTTP/1."


class AnswerReader:
    """Reads the one answer to the request that is under way; `begin` before each."""

    __slots__ = (
        "_body", "_head", "_held", "_known", "_left_in_chunk", "_limit", "_other", "_trailing",
        "is_fresh", "is_left",
    )  # fmt: skip

    _head: Head | None

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: KnownHead | None = None
        self._reset()

    def begin(self) -> None:
        """Forget the answer before this one; only what its head looked like is remembered."""
        if self.is_fresh:
            self._head = None  # all that a whole answer with a known head leaves
        else:
            self._reset()

    def _reset(self) -> None:
        self._head = None
        self._body: bytearray | None = None
        self._held = bytearray()
        self._other = 0
        self._left_in_chunk = -1
        self._trailing = False
        self.is_fresh = True
        """Whether nothing was read but whole answers with known heads."""
        self.is_left = False
        """Whether bytes came after the answer's end."""

    @property
    def keeps(self) -> bool:
        """Whether the connection may carry another request after the answer."""
        return self._head is not None and self._head.keeps and not self.is_left

    def feed(self, data: bytes) -> SubgraphAnswer | None:
        """Take what arrived; the answer when it is whole. Raises AnswerFault."""
        known = self._known
        if known is not None and self.is_fresh:
            start = known.find_body(data)
            if start:
                self._head = known.head
                if len(data) - start == known.length <= self._limit:
                    return known.answer(data[start:])
                self._head = known.head_of_length()
                data = data[start:]
        self.is_fresh = False
        if self._head is None:
            data = self._take_head(data)
            if self._head is None:
                return None
        head = self._head
        if head.length is not None:
            return self._by_length(head, head.length, data)
        if head.chunked:
            return self._by_chunks(head, data)
        self._grow(data)
        return None

    def finish(self) -> SubgraphAnswer | None:
        """The answer where the connection's end is its end (RFC 9112, 6.3, rule 8)."""
        head = self._head
        if head is None or head.chunked or head.length is not None:
            return None
        return SubgraphAnswer(head.status, head.headers, bytes(self._body or b""))

    def _take_head(self, data: bytes) -> bytes:
        """Read heads, past interim ones; what follows them. Raises AnswerFault."""
        if self._held:
            searched = max(0, len(self._held) - 3)
            self._held += data
            if self._held.find(HEAD_END, searched) < 0:
                self._check_begun(searched)
                return b""
            data = bytes(self._held)
            self._held = bytearray()
        start = 0
        while True:
            end = data.find(HEAD_END, start) + 4
            if end < 4:
                self._held += data[start:]
                self._check_begun(0)
                return b""
            self._count_other(end - start)
            head = read_head(data[start:end])
            if head.status >= 200:
                self._head = head
                self._known = known_head(head, data[start:end])
                return data[end:]
            start = end

    def _check_begun(self, start: int) -> None:
        """Check a head that has no end yet, from `start` on; raises AnswerFault."""
        self._count_other(0, len(self._held))
        begun = self._held[: len(BEGIN)]
        if not BEGIN.startswith(begun) or _BARE.search(self._held, start) is not None:
            raise AnswerFault(FaultKind.PROTOCOL, "no head of an HTTP/1.1 answer")

    def _count_other(self, more: int, pending: int = 0) -> None:
        """Count bytes that are no body; raises AnswerFault where they are too many."""
        self._other += more
        if self._other + pending > MAX_HEAD_BYTES:
            raise AnswerFault(
                FaultKind.TOO_LARGE, f"a head or trailers of more than {MAX_HEAD_BYTES} bytes"
            )

    def _too_large(self) -> AnswerFault:
        return AnswerFault(FaultKind.TOO_LARGE, f"more than {self._limit} bytes")

    def _grow(self, data: bytes) -> bytearray:
        body = self._body
        if body is None:
            body = self._body = bytearray()
        body += data
        if len(body) > self._limit:
            raise self._too_large()
        return body

    def _by_length(self, head: Head, length: int, data: bytes) -> SubgraphAnswer | None:
        if length > self._limit:
            raise self._too_large()
        if self._body is None:
            if len(data) == length:
                return SubgraphAnswer(head.status, head.headers, data)
            self._body = bytearray()
        missing = length - len(self._body)
        self.is_left = len(data) > missing
        self._body += data[:missing] if self.is_left else data
        if len(self._body) < length:
            return None
        return SubgraphAnswer(head.status, head.headers, bytes(self._body))

    def _by_chunks(self, head: Head, data: bytes) -> SubgraphAnswer | None:
        if self._held:
            data = bytes(self._held) + data
            self._held = bytearray()
        at = 0
        while not self._trailing:
            begun = at
            at = self._take_chunk(data, at)
            if at == begun:
                break
        rest = data[at:]
        if self._trailing and (rest.startswith(b"\r\n") or HEAD_END in rest):
            return self._end_chunks(head, rest)
        self._held += rest
        self._count_other(0, len(rest))
        return None

    def _take_chunk(self, data: bytes, at: int) -> int:
        """Take a chunk or a part of one; where the next begins, `at` where more must come."""
        if self._left_in_chunk < 0:
            end = data.find(b"\r\n", at) + 2
            if end < 2:
                return at
            matched = _CHUNK.fullmatch(data, at, end)
            if matched is None:
                raise AnswerFault(FaultKind.PROTOCOL, "no size of a chunk")
            self._count_other(end - at if matched[2] else 0)
            size = int(matched[1], 16)
            self._trailing = size == 0
            self._left_in_chunk = size or -1
            if self._trailing:
                return end
            at = end
        return self._take_data(data, at)

    def _take_data(self, data: bytes, at: int) -> int:
        size = self._left_in_chunk
        part = data[at : at + size]
        if part:
            self._grow(part)
            self._left_in_chunk = size = size - len(part)
            at += len(part)
        if size or len(data) - at < 2:
            return at
        if data[at : at + 2] != b"\r\n":
            raise AnswerFault(FaultKind.PROTOCOL, "a chunk longer than its size")
        self._left_in_chunk = -1
        return at + 2

    def _end_chunks(self, head: Head, rest: bytes) -> SubgraphAnswer:
        end = 2 if rest.startswith(b"\r\n") else rest.find(HEAD_END) + 4
        self._count_other(end)
        if _TRAILERS.fullmatch(rest, 0, end) is None:
            raise AnswerFault(FaultKind.PROTOCOL, "no trailers after the last chunk")
        self.is_left = len(rest) > end
        return SubgraphAnswer(head.status, head.headers, bytes(self._body or b""))
