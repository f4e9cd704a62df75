"""Key sets that change, fail, hang or are not there, behind a real server."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm
from live import live
from serving import hello_supergraph, serving

from reelgraph_kit.signing import jwks_document
from reelgraph_router.identity import key_sets
from reelgraph_router.identity.key_sets import KeySets, KeySource, read_keys
from reelgraph_router.transport.memory import MemoryTransport

QUERY = {"query": "{ hello }"}


class KeyServer:
    """Serves a key set over HTTP, or keeps whoever asks for it waiting."""

    def __init__(self):
        self.keys = {}
        self.asked = 0
        self.hangs = False
        self.released = asyncio.Event()

    async def serve(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            if self.hangs:
                await self.released.wait()
                return
            body = json.dumps(jwks_document(self.keys)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def key_server():
    server = KeyServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
    yield server
    server.released.set()
    listening.close()


def bearer(key, kid="one", issuer="member", algorithm="EdDSA"):
    claims = {"iss": issuer, "sub": "m1", "exp": int(time.time()) + 600}
    headers = {} if kid is None else {"kid": kid}
    return {"authorization": f"Bearer {jwt.encode(claims, key, algorithm=algorithm, headers=headers)}"}  # fmt: skip


def transport():
    return MemoryTransport({"one": lambda request: {"data": {"hello": "w"}}})


@asynccontextmanager
async def router(folder, **settings):
    async with live(folder, hello_supergraph(), transport(), **settings) as client:

        async def status(headers):
            return (await client.post("/graphql", json=QUERY, headers=headers)).status_code

        yield status


async def until(condition):
    """Wait for what happens beside the requests."""
    async with asyncio.timeout(30):
        while not await condition():
            pass


async def test_a_key_that_left_a_file_is_not_accepted_any_more(tmp_path, monkeypatch):
    monkeypatch.setattr(key_sets, "FILE_SECONDS", 0.02)
    gone, stays = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(jwks_document({"one": gone, "two": stays})))
    first, second = bearer(gone), bearer(stays, "two")
    async with router(tmp_path, jwks_urls=f"member={file}") as status:
        for _ in range(2):  # the second one from memory
            assert [await status(first), await status(second)] == [200, 200]
        file.write_text(json.dumps(jwks_document({"two": stays})))

        async def is_refused():
            return await status(first) == 401

        await until(is_refused)
        assert await status(second) == 200


async def test_a_key_that_left_a_set_is_gone_once_the_set_is_read(
    tmp_path, key_server, monkeypatch
):
    monkeypatch.setattr(key_sets, "COOLDOWN_SECONDS", 0.0)
    gone, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    key_server.keys = {"one": gone}
    async with router(tmp_path, jwks_urls=f"member={key_server.url}") as status:
        old = bearer(gone)
        assert [await status(old), await status(old)] == [200, 200]
        key_server.keys = {"two": new}
        assert await status(bearer(new, "two")) == 200  # an unknown key: the set is read
        assert await status(old) == 401


async def test_a_key_replaced_under_its_name(tmp_path, key_server, monkeypatch):
    monkeypatch.setattr(key_sets, "COOLDOWN_SECONDS", 0.0)
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    key_server.keys = {"one": old}
    async with router(tmp_path, jwks_urls=f"member={key_server.url}") as status:
        assert await status(bearer(old)) == 200
        key_server.keys = {"one": new}
        assert await status(bearer(new, "none")) == 401  # makes the set be read
        assert [await status(bearer(old)), await status(bearer(new))] == [401, 200]


async def test_sets_at_urls_are_read_again_in_time(tmp_path, key_server):
    key = Ed25519PrivateKey.generate()
    key_server.keys = {"one": key}
    setting = {"jwks_urls": f"member={key_server.url}", "jwks_refresh_seconds": 0.02}
    async with router(tmp_path, **setting) as status:
        assert await status(bearer(key)) == 200
        key_server.keys = {}

        async def is_refused():
            return await status(bearer(key)) == 401

        await until(is_refused)


async def test_a_set_that_hangs_delays_nobody_twice(tmp_path, key_server, monkeypatch):
    monkeypatch.setattr(key_sets, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(key_sets, "FETCH_TIMEOUT_SECONDS", 3600)
    monkeypatch.setattr(key_sets, "COOLDOWN_SECONDS", 0.05)
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    file = tmp_path / "other.json"
    file.write_text(json.dumps(jwks_document({"a": other})))
    key_server.hangs = True
    sets = f"member={key_server.url},other={file}"
    async with serving(tmp_path, transport(), jwks_urls=sets) as client:
        ours = bearer(key)
        first = await client.post("/graphql", json=QUERY, headers=ours)
        assert first.status_code == 503
        assert first.json()["errors"][0]["extensions"]["code"] == "KEY_SET_UNAVAILABLE"
        assert "retry-after" in first.headers
        monkeypatch.setattr(key_sets, "PATIENCE_SECONDS", 3600)  # whoever waits now waits too long
        for headers in (ours, bearer(key, "another"), ours):
            again = await client.post("/graphql", json=QUERY, headers=headers)
            assert again.status_code == 503
        theirs = await client.post("/graphql", json=QUERY, headers=bearer(other, "a", "other"))
        assert theirs.status_code == 200
        unknown = await client.post("/graphql", json=QUERY, headers=bearer(key, issuer="evil"))
        assert unknown.status_code == 401, "no set could hold that issuer's key"
        key_server.keys, key_server.hangs = {"one": key}, False
        key_server.released.set()

        async def is_accepted():
            await asyncio.sleep(0)  # in one process, asking lets nobody else go on
            found = await client.post("/graphql", json=QUERY, headers=ours)
            return found.status_code == 200

        await until(is_accepted)


async def test_a_set_that_hangs_leaves_known_keys_alone(tmp_path, key_server, monkeypatch):
    monkeypatch.setattr(key_sets, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(key_sets, "COOLDOWN_SECONDS", 0.0)
    key = Ed25519PrivateKey.generate()
    key_server.keys = {"one": key}
    async with router(tmp_path, jwks_urls=f"member={key_server.url}") as status:
        assert await status(bearer(key)) == 200
        key_server.hangs = True
        assert await status(bearer(key, "unknown")) == 503
        assert await status(bearer(Ed25519PrivateKey.generate())) == 401
        assert await status(bearer(key)) == 200


async def test_a_storm_of_unknown_keys_asks_once(tmp_path, key_server):
    key = Ed25519PrivateKey.generate()
    key_server.keys = {"one": key}
    async with router(tmp_path, jwks_urls=f"member={key_server.url}") as status:
        assert await status(bearer(key)) == 200
        storm = [status(bearer(key, f"unknown-{number}")) for number in range(50)]
        assert set(await asyncio.gather(*storm)) == {401}
        assert key_server.asked == 1, "the set was read a moment ago"


async def test_issuers_with_keys_of_the_same_name(tmp_path):
    ours, theirs, older = (Ed25519PrivateKey.generate() for _ in range(3))
    for name, key in (("ours", ours), ("theirs", theirs), ("older", older)):
        (tmp_path / f"{name}.json").write_text(json.dumps(jwks_document({"one": key})))
    sets = ",".join(
        f"{issuer}={tmp_path}/{name}.json"
        for issuer, name in (("us", "ours"), ("us", "older"), ("them", "theirs"))
    )
    async with router(tmp_path, jwks_urls=sets) as status:
        accepted = [(ours, "us"), (older, "us"), (theirs, "them")]
        refused = [(theirs, "us"), (ours, "them"), (older, "them")]
        for key, issuer in accepted:
            assert await status(bearer(key, issuer=issuer)) == 200
        for key, issuer in refused:
            assert await status(bearer(key, issuer=issuer)) == 401
        assert await status(bearer(theirs, None, "them")) == 200, "a token need not name its key"
        assert await status(bearer(ours, None, "them")) == 401


async def test_a_public_key_is_no_shared_secret(tmp_path):
    private = generate_private_key(65537, 2048)
    public = private.public_key()
    document = {"keys": [{**RSAAlgorithm.to_jwk(public, as_dict=True), "kid": "one"}]}
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(document))
    hmac = jwt.get_algorithm_by_name("HS256")
    signed = jwt.api_jws.PyJWS().encode(
        json.dumps({"iss": "member", "exp": int(time.time()) + 60}).encode(), b"x" * 32,
        algorithm="HS256", headers={"kid": "one"},
    ).rpartition(".")[0]  # fmt: skip
    forged = hmac.sign(signed.encode(), json.dumps(document["keys"][0]).encode())
    text = f"{signed}.{jwt.utils.base64url_encode(forged).decode()}"
    async with router(tmp_path, jwks_urls=f"member={file}") as status:
        assert await status(bearer(private, algorithm="RS256")) == 200
        assert await status({"authorization": f"Bearer {text}"}) == 401


@pytest.mark.parametrize("header", ["Bearer a.b.c", "bearer x", "Token x", "a.b.c", "DPoP x", ""])
async def test_without_a_key_set_tokens_are_refused(tmp_path, header):
    async with router(tmp_path) as status:
        assert await status({"authorization": header}) == 401
        assert await status({}) == 200


@pytest.mark.parametrize(
    ("header", "setting"),
    [("Bearer a.b.c", "authorization"), ("Basic bTpw", "")],
    ids=["a token for subgraphs", "a password for a proxy"],
)
async def test_what_is_others_to_judge(tmp_path, header, setting):
    async with router(tmp_path, forward_headers=setting) as status:
        assert await status({"authorization": header}) == 200


SETS = {
    # name: (text, key ids)
    "no JSON": ("nothing", None),
    "a list": ("[]", None),
    "no keys": ("{}", None),
    "an object for the keys": ('{"keys": {}}', None),
    "none": ('{"keys": []}', []),
    "entries of other kinds": ('{"keys": [1, null, "x", [], {}, {"kty": "oct", "k": "eA", "kid": "s"}]}', []),
    "an algorithm that is none": ('{"keys": [{"kty": "RSA", "alg": "none", "kid": "n"}]}', []),
    "too many": (json.dumps({"keys": [{}] * 101}), None),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_read_keys(name):
    text, expected = SETS[name]
    if expected is None:
        with pytest.raises((ValueError, KeyError)):
            read_keys(text.encode())
    else:
        assert [key.kid for key in read_keys(text.encode())] == expected


def test_keys_for_other_uses_are_left_out():
    [entry] = jwks_document({"one": Ed25519PrivateKey.generate()})["keys"]
    entries = [entry, {**entry, "use": "enc"}, {**entry, "key_ops": ["sign"]}]
    assert len(read_keys(json.dumps({"keys": entries}).encode())) == 1


async def test_a_pipe_is_no_key_set(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    sets = KeySets([KeySource(str(tmp_path / "pipe"), "member")])
    async with asyncio.timeout(10):
        await sets.look_again("one", "member")
    assert sets.is_unsure("one", "member")
