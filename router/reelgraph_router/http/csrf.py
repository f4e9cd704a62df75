"""Refuse requests that a browser sends to other origins without asking first.

A "simple" request (Fetch standard, CORS-safelisted) needs no preflight, so any page could send one
with the visitor's credentials. A request proves that it is none by a content type or a header
that only a preflight allows, or by the browser's own word that it comes from the same origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reelgraph_router.errors import Code, refuse

SIMPLE_CONTENT_TYPES = frozenset(
    (b"", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data")
)


class CsrfGuard:
    """Checks requests that came without a body; a POST must be JSON, which is never simple."""

    def __init__(self, header_names: Iterable[str]) -> None:
        self._names = tuple(name.strip().lower().encode() for name in header_names)

    def check(self, headers: Mapping[bytes, bytes]) -> None:
        """Raise RequestError (400) for a simple request."""
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if media_type not in SIMPLE_CONTENT_TYPES:
            return
        if headers.get(b"sec-fetch-site") == b"same-origin":
            return
        if any(name in headers for name in self._names):
            return
        names = ", ".join(name.decode() for name in self._names)
        raise refuse(
            "This request could have been sent by any web page, so it is refused. Send the header "
            f"content-type: application/json, or one of: {names}.",
            Code.CSRF,
        )
