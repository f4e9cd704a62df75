"""Ed25519 keys, key sets, and signed tokens that carry an identity from process to process.

Tokens are compact JSON Web Signatures with `alg` EdDSA (RFC 7515, RFC 8037) whose `kid` names
the signer. Keys are PEM files (private) and JSON Web Key Sets (public, RFC 7517).

Exceptions:
    SigningError
    ├── KeyFileError      a key file is missing or does not hold what it should
    └── InvalidToken      a token is malformed, expired, or not signed by a trusted signer
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.types import Options

ALGORITHM = "EdDSA"
CLOCK_LEEWAY_SECONDS = 5
_VERIFIED_LIMIT = 4096
_SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": True,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class SigningError(Exception):
    """Something about keys or tokens is wrong."""


class KeyFileError(SigningError):
    """A key file cannot be used; the text names the file and the remedy."""


class InvalidToken(SigningError):
    """The token cannot be believed; the text is safe to show to whoever sent it."""


def create_private_key(path: Path) -> Ed25519PrivateKey:
    """Make a new key and write it to `path` (PEM, mode 0600), whole or not at all.

    Raises `FileExistsError` when the file is there already, so no key is ever overwritten.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    return key


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 private key from a PEM file; raises `KeyFileError`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise KeyFileError(f"Cannot read the signing key {path}: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} is not an unencrypted PEM private key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds a {type(key).__name__}; an Ed25519 key is needed.")
    return key


def load_or_create_private_key(path: Path) -> Ed25519PrivateKey:
    """Read the key at `path`, making it first when there is none; safe among processes."""
    if not path.exists():
        try:
            return create_private_key(path)
        except FileExistsError:
            pass  # another process was faster, and its key is whole
    return load_private_key(path)


def public_jwk(kid: str, key: Ed25519PrivateKey | Ed25519PublicKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key named `kid`."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    encoded = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": ALGORITHM,
        "use": "sig",
        "kid": kid,
        "x": encoded,
    }


def jwks_document(
    keys: Mapping[str, Ed25519PrivateKey | Ed25519PublicKey],
) -> dict[str, list[dict[str, str]]]:
    """Return a JSON Web Key Set with the public halves of the keys, by `kid`."""
    return {"keys": [public_jwk(kid, key) for kid, key in keys.items()]}


def read_jwks(document: object) -> dict[str, Ed25519PublicKey]:
    """Read the Ed25519 keys of a JSON Web Key Set, by `kid`; other kinds of keys are left out.

    Raises `KeyFileError` when the document is no key set.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise KeyFileError('A JSON Web Key Set is an object with a list "keys".')
    found: dict[str, Ed25519PublicKey] = {}
    for entry in keys:
        if isinstance(entry, dict) and entry.get("kty") == "OKP" and entry.get("crv") == "Ed25519":
            found[str(entry.get("kid", ""))] = _public_key(entry)
    return found


class Signer:
    """Signs claims in the name of one issuer (a service); tokens are short-lived."""

    def __init__(self, issuer: str, key: Ed25519PrivateKey) -> None:
        self.issuer = issuer
        self._key = key

    @classmethod
    def from_file(cls, issuer: str, path: Path) -> Signer:
        """Make a signer from a PEM file; raises `KeyFileError`."""
        return cls(issuer, load_private_key(path))

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The public half of the key."""
        return self._key.public_key()

    def sign(
        self, claims: Mapping[str, object], lifetime_seconds: float, now: float | None = None
    ) -> str:
        """Return a token with `claims` and `iss`, `iat`, `exp`; `now` is in unix seconds."""
        issued = int(time.time() if now is None else now)
        payload = {
            **claims,
            "iss": self.issuer,
            "iat": issued,
            "exp": issued + max(1, int(lifetime_seconds)),
        }
        return jwt.encode(payload, self._key, algorithm=ALGORITHM, headers={"kid": self.issuer})


class TrustedSigners:
    """Verifies tokens of known signers; what was verified once is remembered until it expires."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)
        self._verified: OrderedDict[str, dict[str, Any]] = OrderedDict()

    @classmethod
    def from_file(cls, path: Path) -> TrustedSigners:
        """Read the signers' keys from a JWKS file; raises `KeyFileError`."""
        try:
            return cls(read_jwks(json.loads(path.read_bytes())))
        except OSError as error:
            raise KeyFileError(f"Cannot read the key set {path}: {error.strerror}.") from error
        except ValueError as error:
            raise KeyFileError(f"{path} is not JSON: {error}.") from error

    @property
    def names(self) -> Iterable[str]:
        """The names (`kid`) of the trusted signers."""
        return self._keys.keys()

    def verify(self, token: str, now: float | None = None) -> dict[str, Any]:
        """Return the claims of a token.

        The token must be signed with EdDSA by the signer that `kid` names, `iss` must be that
        same name and `exp` in the future. Raises `InvalidToken`.
        """
        moment = time.time() if now is None else now
        claims = self._verified.get(token)
        if claims is None:
            claims = self._check(token)
            self._remember(token, claims)
        if moment > claims["exp"] + CLOCK_LEEWAY_SECONDS:
            self._verified.pop(token, None)
            raise InvalidToken("The token has expired.")
        return claims

    def _check(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise InvalidToken("The token is malformed.") from error
        if header.get("alg") != ALGORITHM:
            raise InvalidToken(f"The token must be signed with {ALGORITHM}.")
        signer = str(header.get("kid", ""))
        key = self._keys.get(signer)
        if key is None:
            raise InvalidToken("The token's signer is not trusted here.")
        claims = _verified_claims(token, key)
        if claims.get("iss") != signer:
            raise InvalidToken("The token's issuer is not its signer.")
        expires = claims.get("exp")
        if isinstance(expires, bool) or not isinstance(expires, int | float):
            raise InvalidToken("The token has no expiry.")
        return claims

    def _remember(self, token: str, claims: dict[str, Any]) -> None:
        self._verified[token] = claims
        if len(self._verified) > _VERIFIED_LIMIT:
            self._verified.popitem(last=False)


def _verified_claims(token: str, key: Ed25519PublicKey) -> dict[str, Any]:
    try:
        # Expiry is judged by the caller, each time that a remembered token is used again.
        return jwt.decode(token, key, algorithms=[ALGORITHM], options=_SIGNATURE_ONLY)
    except jwt.InvalidSignatureError as error:
        raise InvalidToken("The token's signature is wrong.") from error
    except jwt.InvalidTokenError as error:
        raise InvalidToken("The token is malformed.") from error


def _public_key(entry: Mapping[str, object]) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(_decode(str(entry.get("x", ""))))
    except ValueError as error:
        raise KeyFileError(f"The key {entry.get('kid')!r} has no valid x value.") from error


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
