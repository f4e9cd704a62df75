"""Cross-origin resource sharing: which pages may read answers (Fetch standard, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MAX_AGE_SECONDS = 7200

Headers = list[tuple[bytes, bytes]]


class Cors:
    """Headers for allowed origins; nothing at all when no origin is allowed."""

    def __init__(self, origins: Iterable[str], *, credentials: bool) -> None:
        allowed = {origin.rstrip("/").encode() for origin in origins}
        self._any = b"*" in allowed
        self._origins = allowed
        self._credentials = credentials
        if self._any and credentials:
            raise ValueError(
                "cors_credentials cannot go with cors_origins=*: name the origins that may send "
                "credentials."
            )

    @property
    def enabled(self) -> bool:
        """Whether any origin is allowed."""
        return bool(self._origins)

    def response_headers(self, headers: Mapping[bytes, bytes]) -> Headers:
        """What every response to this request carries."""
        origin = headers.get(b"origin")
        if not self._origins or origin is None:
            return []
        if self._any:
            return [(b"access-control-allow-origin", b"*")]
        found: Headers = [(b"vary", b"Origin")]
        if origin in self._origins:
            found.append((b"access-control-allow-origin", origin))
            if self._credentials:
                found.append((b"access-control-allow-credentials", b"true"))
        return found

    def preflight_headers(self, headers: Mapping[bytes, bytes]) -> Headers:
        """What the answer to a preflight carries: leave, for the headers asked for."""
        found = self.response_headers(headers)
        if any(name == b"access-control-allow-origin" for name, _ in found):
            asked = headers.get(b"access-control-request-headers", b"content-type")
            found += [
                (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
                (b"access-control-allow-headers", asked),
                (b"access-control-max-age", str(MAX_AGE_SECONDS).encode()),
            ]
        return found
