"""Who may write: whoever knows the registry's token."""

import hmac
from hashlib import sha256
from pathlib import Path

from ..domain.errors import Unauthenticated

_MIN_TOKEN_LENGTH = 16


class TokenFileError(Exception):
    """The token file cannot be used; the text says why."""


class Authenticator:
    """Compares bearer tokens in constant time; keeps only the token's digest."""

    def __init__(self, token: str | None) -> None:
        self._digest = None if token is None else _digest(token)

    @classmethod
    def from_file(cls, path: Path | None) -> "Authenticator":
        """Read the token from a file; raises TokenFileError. Without a file nobody may write."""
        if path is None:
            return cls(None)
        try:
            token = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise TokenFileError(f"Cannot read the token file {path}: {error}") from None
        if len(token) < _MIN_TOKEN_LENGTH:
            raise TokenFileError(
                f"The token in {path} is shorter than {_MIN_TOKEN_LENGTH} characters."
            )
        return cls(token)

    def require(self, authorization: str | None) -> None:
        """Raise Unauthenticated unless the Authorization header carries the token."""
        if self._digest is None:
            raise Unauthenticated(
                "This registry can only be read: it was started without an admin token file."
            )
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Send the registry's token as 'Authorization: Bearer <token>'.")
        if not hmac.compare_digest(_digest(token.strip()), self._digest):
            raise Unauthenticated("The token is not this registry's.")


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
