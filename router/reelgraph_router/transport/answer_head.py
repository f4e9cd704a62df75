"""Read the head of an HTTP/1.1 answer strictly, and decide where its body ends (RFC 9112, 4 to 6.3).

What a lenient reader and a strict one would take for different messages is refused: whoever stands
between the router and a subgraph must not see other borders of answers than the router does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reelgraph_router.transport.port import FaultKind, SubgraphAnswer

MAX_HEAD_BYTES = 64 * 1024
"""Most bytes of an answer that are no body: heads, interim answers, chunk extensions, trailers."""

HEAD_END = b"\r\n\r\n"

Headers = list[tuple[bytes, bytes]]

_HEAD = re.compile(
    rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n\0]*)?\r\n"
    rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*\r\n)*\r\n"
)
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n]*)\r\n")
_FRAMING = re.compile(rb"\r\n(?:transfer-encoding|connection)[ \t]*:", re.IGNORECASE)


class AnswerFault(Exception):
    """What arrived is no answer that the router takes."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


@dataclass(slots=True)
class Head:
    """An answer's head and what it says about its body.

    `length` is the body's, None where it is chunked or ends with the connection.
    """

    status: int
    headers: Headers
    length: int | None
    chunked: bool
    keeps: bool
    """Whether the connection may carry another request."""


def read_head(data: bytes) -> Head:
    """Read a head, which ends with its empty line; raises AnswerFault."""
    matched = _HEAD.fullmatch(data)
    if matched is None:
        raise _no_http("no head of an HTTP/1.1 answer")
    minor, status = matched[1], int(matched[2])
    headers = [(name, value.strip(b" \t")) for name, value in _LINE.findall(data, matched.end(2))]
    lengths = [value for name, value in headers if name.lower() == b"content-length"]
    keeps, chunked = minor == b"1", False
    if _FRAMING.search(data) is not None:
        keeps, chunked = _read_framing(headers, keeps=keeps)
    if chunked and (lengths or minor == b"0"):
        raise _no_http("transfer-encoding beside content-length, or in HTTP/1.0")
    if status < 200 or status in (204, 304):
        if status == 101:
            raise _no_http("101: another protocol, which nobody asked for")
        return Head(status, headers, 0, False, keeps)
    return Head(status, headers, _length(lengths), chunked, keeps)


def _length(lengths: list[bytes]) -> int | None:
    if not lengths:
        return None
    if len(lengths) > 1 or not lengths[0].isdigit() or len(lengths[0]) > 18:
        raise _no_http("no single content-length that is a number")
    return int(lengths[0])


def _read_framing(headers: Headers, *, keeps: bool) -> tuple[bool, bool]:
    """Whether the connection is kept, and whether the body is chunked."""
    codings: list[bytes] = []
    for name, value in headers:
        lowered = name.lower()
        if lowered == b"transfer-encoding":
            codings.append(value.lower())
        elif lowered == b"connection":
            keeps = keeps and b"close" not in [one.strip() for one in value.lower().split(b",")]
    if codings and codings != [b"chunked"]:
        raise _no_http("another transfer-encoding than chunked, which nobody asked for")
    return keeps, bool(codings)


_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)


class KnownHead:
    """A head with a content-length that a connection has brought before.

    A subgraph writes the same head each time but for the length, and for the date once a second; equal
    bytes mean the same, so such an answer is read without reading its head again.
    """

    __slots__ = ("_after", "_before", "_digits", "_headers", "_name", "_others", "head", "length")

    def __init__(self, head: Head, before: bytes, after: bytes) -> None:
        self.head = head
        self.length = 0
        """The body's length of the head that was found last."""
        self._digits = b""
        self._headers: Headers = []
        self._before = before
        self._after = after
        self._others = [pair for pair in head.headers if pair[0].lower() != b"content-length"]
        self._name = next(name for name, _ in head.headers if name.lower() == b"content-length")

    def find_body(self, data: bytes) -> int:
        """Where the body begins, where `data` begins with this head; else 0."""
        before = self._before
        if not data.startswith(before):
            return 0
        begin = len(before)
        end = data.find(b"\r", begin, begin + 10)
        if end < 0 or not data.startswith(self._after, end):
            return 0
        digits = data[begin:end]
        if digits != self._digits:
            if not digits.isdigit():
                return 0
            self._digits, self.length = digits, int(digits)
            self._headers = [*self._others, (self._name, digits)]
        return end + len(self._after)

    def answer(self, body: bytes) -> SubgraphAnswer:
        """The answer with the head that was found last, and a body."""
        return SubgraphAnswer(self.head.status, self._headers.copy(), body)

    def head_of_length(self) -> Head:
        """The head that was found last."""
        head = self.head
        return Head(head.status, self._headers.copy(), self.length, head.chunked, head.keeps)


def known_head(head: Head, data: bytes) -> KnownHead | None:
    """What `data`, the bytes of a head, will be recognised by; None where it has no body's length."""
    found = _CONTENT_LENGTH.search(data)
    if found is None or not head.length:
        return None
    begin, end = found.span(1)
    return KnownHead(head, data[:begin], data[end:])


def _no_http(detail: str) -> AnswerFault:
    return AnswerFault(FaultKind.PROTOCOL, detail)
