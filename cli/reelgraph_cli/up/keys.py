"""Make, at the first start, the keys and tokens that the processes of one machine share."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reelgraph_cli.up.stack import SIGNING_SERVICES


def ensure_keys(keys_dir: Path) -> None:
    """Create what is missing under `keys_dir`.

    That is one Ed25519 key for each signing service, the JWKS of their public keys (`kid` =
    service name), and the registry's admin token. What exists stays as it is, so tokens outlive a restart. Files are made with mode 0600 and
    moved into place whole, so a crash leaves no half-written key.
    """
    keys_dir.mkdir(parents=True, exist_ok=True)
    keys_dir.chmod(0o700)
    public = {name: _ensure_private_key(keys_dir / f"{name}.pem") for name in SIGNING_SERVICES}
    jwks = {"keys": [_public_jwk(name, key) for name, key in public.items()]}
    _write_whole(keys_dir / "services.jwks.json", json.dumps(jwks, indent=2).encode())
    token_file = keys_dir / "registry-token"
    if not token_file.exists():
        _write_whole(token_file, secrets.token_urlsafe(32).encode())


def _ensure_private_key(path: Path) -> Ed25519PrivateKey:
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} holds no Ed25519 key; move it away to have a new one made")
        return key
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_whole(path, pem)
    return key


def _public_jwk(name: str, key: Ed25519PrivateKey) -> dict[str, str]:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": name, "x": x}


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
