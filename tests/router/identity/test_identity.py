"""Tokens of clients in, signed identities to subgraphs out."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from serving import serving

from reelgraph_kit.signing import (
    Signer,
    TrustedSigners,
    create_private_key,
    jwks_document,
    load_private_key,
)
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.key_sets import KeySets, KeySource
from reelgraph_router.identity.subgraph_headers import HeaderForwarding
from reelgraph_router.transport.memory import MemoryTransport


def now() -> int:
    """Return the time of asking: with many tests, minutes lie between import and run."""
    return int(time.time())


CLAIMS = {"iss": "member", "sub": "m1", "profile": "p1", "maturity": "SEVEN",
          "scope": "catalog:write x", "exp": now() + 3600}  # fmt: skip


@pytest.fixture
def keys(tmp_path):
    names = ("router", "member", "search", "stranger")
    return {name: create_private_key(tmp_path / "keys" / f"{name}.pem") for name in names}


def token(key, kid: str, **claims: object) -> str:
    given = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(given, key, algorithm="EdDSA", headers={"kid": kid})


def with_text(keys, claims: bytes, **header: object) -> str:
    """A token of the member's key whose payload says `claims`, whatever JSON libraries think of it."""

    def encoded(text: bytes) -> bytes:
        return base64.urlsafe_b64encode(text).rstrip(b"=")

    head = {"alg": "EdDSA", "kid": "key-1", **header}
    iss = b"" if b'"iss"' in claims else b'"iss":"member",'
    signed = encoded(json.dumps(head).encode()) + b"." + encoded(b"{" + iss + claims + b"}")
    return (signed + b"." + encoded(keys["member"].sign(signed))).decode()


@pytest.fixture
async def ask(tmp_path, keys):
    """Send a query with headers; return the response and the headers that the subgraph got."""
    members = tmp_path / "members.json"
    members.write_text(json.dumps(jwks_document({"key-1": keys["member"]})))
    services = tmp_path / "services.json"
    services.write_text(json.dumps(jwks_document({"search": keys["search"]})))
    transport = MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})
    settings = {
        "jwks_urls": f"member={members},{services}",
        "signing_key": tmp_path / "keys" / "router.pem",
        "clock_skew_seconds": 10,
        "service_scopes": "search=a,stranger=b",
        "forward_headers": "x-tenant,reelgraph-identity,connection",
    }
    async with serving(tmp_path, transport, **settings) as client:

        async def send(**headers: str):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            raw = {name: value.encode("latin-1") for name, value in named.items()}
            response = await client.post("/graphql", json={"query": "{ hello }"}, headers=raw)
            calls = transport.calls["one"]
            return response, calls[-1].headers if calls else {}

        yield send


def identity_of(headers: dict[str, str], keys) -> dict[str, object]:
    trusted = TrustedSigners({"router": keys["router"].public_key()})
    return trusted.verify(headers["reelgraph-identity"])


async def test_member(ask, keys):
    response, sent = await ask(authorization="Bearer " + token(keys["member"], "key-1"))
    assert response.json() == {"data": {"hello": "w"}}
    identity = identity_of(sent, keys)
    expected = {"iss": "router", "kind": "member", "sub": "m1", "profile": "p1",
                "maturity": "SEVEN", "scopes": ["catalog:write", "x"], "addr": "127.0.0.1",
                "country": None, "aud": "one"}  # fmt: skip
    assert identity.items() >= expected.items()
    assert 0 < identity["exp"] - time.time() <= 60
    assert "authorization" not in sent
    assert int(sent["reelgraph-deadline"]) > time.time() * 1000


async def test_anonymous_and_service(ask, keys):
    _, sent = await ask()
    assert identity_of(sent, keys)["kind"] == "anonymous"
    own = Signer("search", keys["search"]).sign(
        {"kind": "service", "scopes": ["b"], "scope": "b", "aud": "router"}, 60
    )
    _, sent = await ask(authorization=f"bearer {own}")
    found = identity_of(sent, keys)
    assert (found["kind"], found["sub"], found["scopes"]) == ("service", "search", ["a"])


async def test_signed_identity_is_used_again(ask, keys):
    bearer = "Bearer " + token(keys["member"], "key-1")
    _, first = await ask(authorization=bearer)
    _, second = await ask(authorization=bearer)
    assert first["reelgraph-identity"] == second["reelgraph-identity"]


async def test_clients_cannot_bring_their_own(ask, keys):
    forged = Signer("router", keys["stranger"]).sign({"kind": "service", "scopes": ["all"]}, 60)
    _, sent = await ask(reelgraph_identity=forged, x_tenant="t1", x_other="no", connection="close")
    assert identity_of(sent, keys)["kind"] == "anonymous"
    assert sent["x-tenant"] == "t1"
    assert not sent.keys() & {"x-other", "connection"}


REFUSED = {
    "expired": lambda k: "Bearer " + token(k["member"], "key-1", exp=now() - 60),
    "not yet valid": lambda k: "Bearer " + token(k["member"], "key-1", nbf=now() + 60),
    "without expiry": lambda k: "Bearer " + token(k["member"], "key-1", exp=None),
    "wrong key": lambda k: "Bearer " + token(k["stranger"], "key-1"),
    "unknown key": lambda k: "Bearer " + token(k["stranger"], "key-2"),
    "unknown issuer": lambda k: "Bearer " + token(k["member"], "key-1", iss="evil"),
    "a service in the member's name": lambda k: "Bearer " + token(k["search"], "search"),
    "a service's key for a member": lambda k: "Bearer " + token(
        k["search"], "search", iss="search", kind="member", aud="router"),
    "a service's key without a kind": lambda k: "Bearer " + token(
        k["search"], "search", iss="search", sub="search", aud="router"),
    "a service's key for another service": lambda k: "Bearer " + token(
        k["search"], "search", iss="search", kind="service", sub="router", aud="router"),
    "a service's token for a subgraph": lambda k: "Bearer " + token(
        k["search"], "search", iss="search", kind="service", sub="search", aud="member"),
    "a service's token for nobody": lambda k: "Bearer " + token(
        k["search"], "search", iss="search", kind="service", sub="search"),
    "a member's key in a service's name": lambda k: "Bearer " + token(
        k["member"], "key-1", iss="search"),
    "another algorithm": lambda k: "Bearer " + jwt.encode(
        CLAIMS, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256",
        headers={"kid": "key-1"}),
    "no signature": lambda k: "Bearer " + jwt.encode(
        CLAIMS, None, algorithm="none", headers={"kid": "key-1"}),
    "symmetric": lambda k: "Bearer " + jwt.encode(
        CLAIMS, "k" * 32, algorithm="HS256", headers={"kid": "key-1"}),
    "garbage": lambda k: "Bearer what.is.this",
    "another scheme": lambda k: "Basic bTpw",
    "empty": lambda k: "Bearer ",
    "no scheme": lambda k: token(k["member"], "key-1"),
    "two tokens": lambda k: "Bearer " + token(k["member"], "key-1") + ", Bearer x",
    "an expiry that is no number": lambda k: "Bearer " + token(k["member"], "key-1", exp=True),
    "no end of time": lambda k: "Bearer " + with_text(k, b'"exp":Infinity'),
    "no time at all": lambda k: "Bearer " + with_text(k, b'"exp":NaN'),
    "a time of thousands of digits": lambda k: "Bearer " + with_text(k, b'"exp":1' + b"0" * 400),
    "a start that is no number": lambda k: "Bearer " + token(k["member"], "key-1", nbf="now"),
    "no issuer": lambda k: "Bearer " + token(k["member"], "key-1", iss=None),
    "a list for the issuer": lambda k: "Bearer " + with_text(
        k, b'"exp":%d,"iss":["member"]' % (now() + 60)),
    "an extension that must be understood": lambda k: "Bearer " + with_text(
        k, b'"exp":%d' % (now() + 60), crit=["exp"]),
    "a payload that is not encoded": lambda k: "Bearer " + with_text(
        k, b'"exp":%d' % (now() + 60), b64=False),
    "nested deeply": lambda k: "Bearer " + with_text(k, b'"a":' + b"[" * 3000 + b"]" * 3000),
    "too long": lambda k: "Bearer " + token(k["member"], "key-1", more="x" * 20_000),
    "bytes that are no text": lambda k: "Bearer \xff\xfe.\xe9.\xe8",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_refused(name, ask, keys):
    response, sent = await ask(authorization=REFUSED[name](keys))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert sent == {}


async def test_what_the_helper_makes_is_accepted(ask, keys):
    """Else each token made so would be refused for another reason than the one tried."""
    good = with_text(keys, b'"exp":%d,"sub":"m1"' % (now() + 60))
    response, _ = await ask(authorization=f"Bearer {good}")
    assert response.status_code == 200


async def test_clocks_may_differ(ask, keys):
    response, _ = await ask(authorization="Bearer " + token(keys["member"], "key-1", exp=now() - 3))
    assert response.status_code == 200


async def test_an_unknown_key_makes_the_set_be_read_again(tmp_path, keys):
    file = tmp_path / "set.json"
    file.write_text(json.dumps(jwks_document({"old": keys["member"]})))
    now = [0.0]
    sets = KeySets([KeySource(str(file), "member")], clock=lambda: now[0])
    await sets.look_again("new", "member")
    assert sets.find("old", "member")
    assert not sets.find("new", "member")
    file.write_text(json.dumps(jwks_document({"new": keys["search"]})))
    now[0] = 1.0
    await sets.look_again("new", "member")
    assert not sets.find("new", "member"), "asked again too soon"
    now[0] = 10.0
    await sets.look_again("new", "other")
    assert not sets.find("new", "member"), "asked again for another issuer's key"
    await sets.look_again("new", "member")
    assert sets.find("new", "member")
    file.write_text("nothing")
    now[0] = 20.0
    await sets.look_again("newer", "member")
    assert sets.find("new", "member"), "keys known so far stay"
    assert sets.is_unsure("newer", "member")


ADDRESSES = {
    "from the socket": ("9.9.9.9", {"x-forwarded-for": "1.1.1.1"}, ("9.9.9.9", None)),
    "behind a proxy": ("10.0.0.1", {"x-forwarded-for": "1.1.1.1", "x-country": "de"},
                       ("1.1.1.1", "DE")),
    "claims of the client do not count": (
        "10.0.0.1", {"x-forwarded-for": "6.6.6.6, 1.1.1.1, 10.0.0.2"}, ("1.1.1.1", None)),
    "nonsense": ("10.0.0.1", {"x-forwarded-for": "unknown", "x-country": "nowhere"},
                 ("10.0.0.1", None)),
    "no header": ("10.0.0.1", {}, ("10.0.0.1", None)),
    "a socket without address": (None, {"x-forwarded-for": "1.1.1.1"}, (None, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
def test_client_address(name):
    peer, headers, expected = ADDRESSES[name]
    found = ClientAddress(["10.0.0.0/8"], "X-Country")
    given = {key.encode(): value.encode() for key, value in headers.items()}
    assert found.find(peer, given) == expected


def test_headers_of_a_connection_are_never_forwarded():
    names = ["Host", "content-length", "Transfer-Encoding", "accept", "reelgraph-deadline"]
    given = {name.lower().encode(): b"x" for name in names}
    assert HeaderForwarding(names).lines(given) == b""


def test_private_keys_stay_private(tmp_path, keys):
    assert (tmp_path / "keys" / "router.pem").stat().st_mode & 0o077 == 0
    assert load_private_key(tmp_path / "keys" / "router.pem")
