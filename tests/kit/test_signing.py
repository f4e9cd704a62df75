"""Signed tokens: who may make them, and every way in which one can be wrong."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reelgraph_kit.identity import Identity, identity_from_claims
from reelgraph_kit.signing import (
    InvalidToken,
    KeyFileError,
    Signer,
    TrustedSigners,
    create_private_key,
    jwks_document,
    load_or_create_private_key,
    load_private_key,
    read_jwks,
)

KEY = Ed25519PrivateKey.generate()
OTHER_KEY = Ed25519PrivateKey.generate()
TRUSTED = TrustedSigners({"router": KEY.public_key(), "member": OTHER_KEY.public_key()})
NOW = 1_800_000_000.0


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_trusted_signature_gives_the_claims_back() -> None:
    token = Signer("router", KEY).sign({"sub": "m1", "profile": None}, 60, now=NOW)
    assert TRUSTED.verify(token, now=NOW + 59) == {
        "sub": "m1",
        "profile": None,
        "iss": "router",
        "iat": NOW,
        "exp": NOW + 60,
    }


def test_a_token_that_was_good_expires_nevertheless() -> None:
    token = Signer("router", KEY).sign({}, 60, now=NOW)
    TRUSTED.verify(token, now=NOW)
    with pytest.raises(InvalidToken, match="expired"):
        TRUSTED.verify(token, now=NOW + 66)
    with pytest.raises(InvalidToken, match="expired"):
        TRUSTED.verify(token, now=NOW + 66)


def test_a_signer_cannot_speak_for_another() -> None:
    token = jwt.encode(
        {"iss": "router", "exp": NOW + 60}, OTHER_KEY, "EdDSA", headers={"kid": "member"}
    )
    with pytest.raises(InvalidToken, match="issuer is not its signer"):
        TRUSTED.verify(token, now=NOW)


def test_a_name_does_not_make_a_signature() -> None:
    token = Signer("router", OTHER_KEY).sign({}, 60, now=NOW)
    with pytest.raises(InvalidToken, match="signature is wrong"):
        TRUSTED.verify(token, now=NOW)


def test_changed_claims_are_noticed() -> None:
    header, _, signature = Signer("router", KEY).sign({"sub": "m1"}, 60, now=NOW).split(".")
    claims = encoded({"sub": "m2", "iss": "router", "exp": NOW + 60})
    with pytest.raises(InvalidToken, match="signature is wrong"):
        TRUSTED.verify(f"{header}.{claims}.{signature}", now=NOW)


def test_an_unsigned_token_is_refused() -> None:
    claims = encoded({"iss": "router", "exp": NOW + 60})
    token = f"{encoded({'alg': 'none', 'kid': 'router'})}.{claims}."
    with pytest.raises(InvalidToken, match="must be signed with EdDSA"):
        TRUSTED.verify(token, now=NOW)


def test_a_shared_secret_made_of_the_public_key_is_refused() -> None:
    claims = encoded({"iss": "router", "exp": NOW + 60})
    token = f"{encoded({'alg': 'HS256', 'kid': 'router'})}.{claims}.AAAA"
    with pytest.raises(InvalidToken, match="must be signed with EdDSA"):
        TRUSTED.verify(token, now=NOW)


@pytest.mark.parametrize("expiry", [None, "tomorrow", True])
def test_a_token_must_end(expiry: object) -> None:
    token = jwt.encode({"iss": "router", "exp": 1}, KEY, "EdDSA", headers={"kid": "router"})
    header = token.split(".")[0]
    signed = f"{header}.{encoded({'iss': 'router', 'exp': expiry})}"
    signature = base64.urlsafe_b64encode(KEY.sign(signed.encode())).rstrip(b"=").decode()
    with pytest.raises(InvalidToken, match=r"expiry|malformed"):
        TRUSTED.verify(f"{signed}.{signature}", now=NOW)


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "..", "ä.ö.ü", "e30.e30.e30"])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        TRUSTED.verify(token, now=NOW)


def test_strangers_are_refused() -> None:
    token = Signer("stranger", KEY).sign({}, 60, now=NOW)
    with pytest.raises(InvalidToken, match="not trusted"):
        TRUSTED.verify(token, now=NOW)


def test_keys_are_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "router.pem"
    key = create_private_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_private_key(path).private_bytes_raw() == key.private_bytes_raw()
    with pytest.raises(FileExistsError):
        create_private_key(path)
    assert load_or_create_private_key(path).private_bytes_raw() == key.private_bytes_raw()
    assert [entry.name for entry in path.parent.iterdir()] == ["router.pem"]


def test_a_missing_key_is_made(tmp_path: Path) -> None:
    key = load_or_create_private_key(tmp_path / "new.pem")
    assert load_private_key(tmp_path / "new.pem").private_bytes_raw() == key.private_bytes_raw()


def test_key_files_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(KeyFileError, match="Cannot read the signing key"):
        load_private_key(path)
    path.write_text("no key")
    with pytest.raises(KeyFileError, match="is not an unencrypted PEM private key"):
        load_private_key(path)
    other = generate_private_key(SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="an Ed25519 key is needed"):
        load_private_key(path)


def test_key_sets_go_through_files(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    document = jwks_document({"router": KEY})
    document["keys"].append({"kty": "RSA", "kid": "not ours", "n": "…", "e": "AQAB"})
    path.write_text(json.dumps(document))
    trusted = TrustedSigners.from_file(path)
    assert list(trusted.names) == ["router"]
    trusted.verify(Signer("router", KEY).sign({}, 60))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "A JSON Web Key Set is an object"),
        ('{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AA"}]}', "no valid x"),
    ],
)
def test_wrong_key_sets_are_named(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(content)
    with pytest.raises(KeyFileError, match=problem):
        TrustedSigners.from_file(path)


def test_a_missing_key_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="Cannot read the key set"):
        TrustedSigners.from_file(tmp_path / "missing.json")


def test_jwks_holds_no_private_half() -> None:
    assert jwks_document({"router": KEY})["keys"][0].keys() == {
        "kty",
        "crv",
        "alg",
        "use",
        "kid",
        "x",
    }
    assert read_jwks(jwks_document({"router": KEY})).keys() == {"router"}


def test_an_identity_survives_its_claims() -> None:
    identity = Identity(
        kind="member",
        subject="m1",
        profile="p1",
        maturity="SIXTEEN",
        scopes=frozenset({"b", "a"}),
        address="192.0.2.1",
        country="DE",
        issuer="router",
    )
    token = Signer("router", KEY).sign(identity.to_claims(), 60, now=NOW)
    assert identity_from_claims(TRUSTED.verify(token, now=NOW)) == identity


@pytest.mark.parametrize(
    "claims",
    [{"kind": "root"}, {"scopes": "a b"}, {"scopes": [1]}, {"sub": 7}, {"country": ["DE"]}],
)
def test_claims_of_a_wrong_shape_are_named(claims: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"claim {next(iter(claims))}"):
        identity_from_claims(claims)
