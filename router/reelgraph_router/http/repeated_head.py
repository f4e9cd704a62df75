"""Recognise a request whose head a connection has sent before, without parsing it again.

Clients that keep a connection write the same head each time but for the body's length. Once a head
was parsed in full and led to a quick answer, equal bytes mean the same, whatever they say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d{1,9})(?=\r\n)", re.IGNORECASE)

MAX_HEAD = 4_096
"""Longer heads are not kept: each connection would hold one."""


@dataclass(frozen=True, slots=True)
class RepeatedHead:
    """A head of a request: the bytes before its content length and those after it."""

    before: bytes
    after: bytes
    headers: dict[bytes, bytes]
    media: bytes

    def body(self, data: bytes, limit: int) -> bytes | None:
        """The body, where `data` is exactly this head and a body of at most `limit` bytes."""
        if not data.startswith(self.before):
            return None
        begin = len(self.before)
        end = data.find(b"\r\n", begin, begin + 10)
        if end < 0 or not data.startswith(self.after, end):
            return None
        digits = data[begin:end]
        start = end + len(self.after)
        if not digits.isdigit() or len(data) - start != int(digits) or int(digits) > limit:
            return None
        return data[start:]


def repeated_head(data: bytes, headers: dict[bytes, bytes], media: bytes) -> RepeatedHead | None:
    """The head that one whole request in `data` has; None where it cannot be told apart."""
    end = data.find(b"\r\n\r\n")
    found = list(_LENGTH.finditer(data, 0, end + 2))
    if end < 0 or end > MAX_HEAD or len(found) != 1 or len(data) - end - 4 != int(found[0][1]):
        return None
    begin, after = found[0].span(1)
    return RepeatedHead(data[:begin], data[after : end + 4], headers, media)
