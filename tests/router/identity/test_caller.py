"""What is remembered of a caller makes no difference to what subgraphs are told."""

from __future__ import annotations

import time

import jwt
import orjson
import pytest

from reelgraph_kit.identity import Identity
from reelgraph_kit.signing import Signer, create_private_key, jwks_document
from reelgraph_router.http.caller import Caller
from reelgraph_router.identity import subgraph_headers
from reelgraph_router.identity.authenticate import Authenticator
from reelgraph_router.identity.client_address import ClientAddress
from reelgraph_router.identity.key_sets import KeySets, KeySource
from reelgraph_router.identity.subgraph_headers import HeaderForwarding, IdentitySigner

ISSUER = "https://issuer.example"
LIFETIME = 60


class Clock:
    """Time that stands still until it is moved on."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def issuer(tmp_path):
    return Signer(ISSUER, create_private_key(tmp_path / "issuer.pem"))


@pytest.fixture
def caller(tmp_path, issuer, clock):
    keys = tmp_path / "issuer.json"
    keys.write_bytes(orjson.dumps(jwks_document({ISSUER: issuer.public_key})))
    sets = KeySets([KeySource(str(keys), ISSUER)])
    signer = Signer("router", create_private_key(tmp_path / "router.pem"))
    return Caller(
        Authenticator(sets, clock=clock),
        ClientAddress(("10.0.0.0/8",), ""),
        IdentitySigner(signer, LIFETIME, clock),
        HeaderForwarding(("traceparent",)),
    )


def told(line):
    """The claims that a header line tells a subgraph."""
    token = line.split(b": ")[1].split(b"\r\n")[0]
    return jwt.decode(token, options={"verify_signature": False})


async def identify(caller, headers, peer="192.0.2.1", subgraph="films"):
    """The identity, and the lines for one subgraph."""
    identity, found = await caller.identify({"client": (peer, 1)}, headers)
    return identity, found.for_subgraph(subgraph)


def bearer(issuer, subject, seconds=3600):
    return {b"authorization": f"Bearer {issuer.sign({'sub': subject}, seconds)}".encode()}


async def test_the_same_caller_is_told_in_the_same_words(caller, issuer):
    headers = bearer(issuer, "ada")
    first, second = await identify(caller, headers), await identify(caller, headers)
    assert first == second
    assert told(first[1])["sub"] == "ada"


async def test_each_caller_is_told_apart(caller, issuer):
    ada, bob = bearer(issuer, "ada"), bearer(issuer, "bob")
    lines = [(await identify(caller, one))[1] for one in (ada, bob, {}, ada)]
    assert [told(line)["sub"] for line in lines] == ["ada", "bob", None, "ada"]


async def test_one_token_from_two_addresses(caller, issuer):
    headers = bearer(issuer, "ada")
    found = [await identify(caller, headers, peer) for peer in ("192.0.2.1", "192.0.2.2")]
    assert [identity.address for identity, _ in found] == ["192.0.2.1", "192.0.2.2"]
    assert [told(line)["addr"] for _, line in found] == ["192.0.2.1", "192.0.2.2"]


async def test_a_line_is_made_anew_after_half_its_life(caller, issuer, clock):
    headers = bearer(issuer, "ada")
    _, first = await identify(caller, headers)
    clock.now += LIFETIME / 2 - 1
    assert (await identify(caller, headers))[1] == first
    clock.now += 2
    _, second = await identify(caller, headers)
    assert told(second)["exp"] > told(first)["exp"]


async def test_a_line_is_made_anew_while_one_request_goes_on(caller, issuer, clock):
    """A subscription asks subgraphs for hours in the name of the caller that began it."""
    _, headers = await caller.identify({"client": ("192.0.2.1", 1)}, bearer(issuer, "ada"))
    first = headers.for_subgraph("films")
    clock.now += LIFETIME * 100
    second = headers.for_subgraph("films")
    assert told(second)["exp"] > clock.now > told(first)["exp"]


async def test_each_subgraph_has_a_line_of_its_own(caller, issuer):
    headers = bearer(issuer, "ada")
    names = ("films", "people", "films")
    lines = [(await identify(caller, headers, subgraph=name))[1] for name in names]
    assert [told(line)["aud"] for line in lines] == list(names)
    assert lines[0] == lines[2] != lines[1]


async def test_equal_callers_have_equal_headers_and_others_have_not(caller, issuer):
    """Requests under way are shared by them: those of two callers must never be."""
    scope = {"client": ("192.0.2.1", 1)}
    ada, again, bob = bearer(issuer, "ada"), bearer(issuer, "ada", 7200), bearer(issuer, "bob")
    traced = {**ada, b"traceparent": b"one"}
    first, second, other, more = [
        (await caller.identify(scope, one))[1] for one in (ada, again, bob, traced)
    ]
    assert (first, hash(first)) == (second, hash(second))
    assert first not in (other, more, b"")
    assert first + b"x: y\r\n" == second + b"x: y\r\n" != first


async def test_signed_lines_are_forgotten_in_time(caller, monkeypatch):
    monkeypatch.setattr(subgraph_headers, "REMEMBERED_LINES", 3)
    _, headers = await caller.identify({"client": ("192.0.2.1", 1)}, {})
    lines = [headers.for_subgraph(f"s{number}") for number in range(5)]
    assert headers.for_subgraph("s4") == lines[4]
    assert [len(one._lines) for one in caller.signer._callers.values()] == [3]
    assert told(headers.for_subgraph("s0"))["aud"] == "s0"


async def test_what_is_passed_on_is_of_each_request(caller):
    lines = [(await identify(caller, {b"traceparent": name}))[1] for name in (b"one", b"two")]
    assert [
        line.endswith(name + b"\r\n") for line, name in zip(lines, (b"one", b"two"), strict=True)
    ] == [True] * 2


async def test_headers_of_callers_without_a_token_are_not_remembered(caller):
    caller = Caller(Authenticator(None), caller.addresses, caller.signer, caller.forwarding)
    for number in range(10):
        identity, _ = await identify(caller, {b"authorization": b"Basic %d" % number})
        assert identity == Identity(address="192.0.2.1")
    assert len(caller.described) == 1
