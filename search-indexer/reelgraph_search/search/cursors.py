"""Cursors of a search: signed, bound to the search and to the index version."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import cast

import orjson
from pydantic import JsonValue

from reelgraph_search.ports import SortValue

_SIGNATURE_BYTES = 16


class InvalidCursor(ValueError):
    """A cursor that this service did not make for this search; the text is for the client."""


class Cursors:
    """Makes and reads cursors with a secret key."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def encode(self, engine_index: str, search: str, values: Sequence[SortValue]) -> str:
        """The cursor of a hit; `search` is the fingerprint of the search."""
        payload = orjson.dumps([engine_index, search, list(values)])
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode().rstrip("=")

    def decode(self, cursor: str, search: str) -> tuple[str, tuple[SortValue, ...]]:
        """The engine index and the sort values in a cursor; raises InvalidCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            raise InvalidCursor("This is no cursor of a search.")
        engine_index, made_for, values = cast(
            tuple[str, str, list[SortValue]], orjson.loads(payload)
        )
        if made_for != search:
            raise InvalidCursor(
                "The cursor belongs to another search. Use it with the same index, text, filter, "
                "vars and sort."
            )
        return engine_index, tuple(values)

    def _sign(self, payload: bytes) -> bytes:
        return hmac.digest(self._secret, payload, "sha256")[:_SIGNATURE_BYTES]


def fingerprint(*parts: JsonValue) -> str:
    """A short text that changes with any part of a search."""
    encoded = orjson.dumps(list(parts), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(encoded, digest_size=9).hexdigest()
