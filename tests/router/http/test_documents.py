"""Documents named by a hash or an id: automatic persisted queries and trusted documents."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from contextlib import suppress

import pytest
from serving import serving

from reelgraph_router.errors import RequestError
from reelgraph_router.pipeline import documents
from reelgraph_router.pipeline.documents import DocumentRules, Documents
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.read_manifest import ManifestError, read_manifest
from reelgraph_router.transport.memory import MemoryTransport

QUERY = "query Hello { hello }"
GRAPHQL = {"accept": "application/graphql-response+json"}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def transport() -> MemoryTransport:
    return MemoryTransport({"one": lambda request: {"data": {"hello": "w", "bump": 1}}})


def persisted(query: str | None = None, digest: str | None = None, **more) -> dict:
    extension = {"version": 1, "sha256Hash": digest or sha256(QUERY)}
    found = {"extensions": {"persistedQuery": extension}, **more}
    return found if query is None else {"query": query, **found}


def code(answer) -> str:
    return answer.json()["errors"][0]["extensions"]["code"]


async def test_a_document_is_sent_once_and_then_its_hash(tmp_path):
    async with serving(tmp_path, transport()) as client:
        first = await client.post("/graphql", json=persisted())
        assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert code(first) == "PERSISTED_QUERY_NOT_FOUND"
        sent = await client.post("/graphql", json=persisted(QUERY))
        again = await client.post("/graphql", json=persisted(digest=sha256(QUERY).upper()))
        by_get = await client.get(
            "/graphql", params={"extensions": json.dumps(persisted()["extensions"])},
            headers={"apollo-require-preflight": "1"},
        )  # fmt: skip
        by_id = await client.post("/graphql", json={"documentId": f"sha256:{sha256(QUERY)}"})
    for answer in (sent, again, by_get, by_id):
        assert answer.json() == {"data": {"hello": "w"}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (persisted(QUERY, sha256("another")), "The given sha256Hash is not the document's."),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}}, "must be {"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "must be {"),
        ({"extensions": {"persistedQuery": "a"}}, "must be {"),
        ({"documentId": 5}, 'The parameter "documentId" must be a string or null'),
        ({"documentId": ""}, 'The parameter "documentId" must be a string or null'),
        ({"extensions": {}}, 'The parameter "query" must be a string'),
        ({"query": "", **persisted()}, 'The parameter "query" must be a string'),
    ],
)
async def test_what_is_no_hash_of_a_document_is_refused(body, expected, tmp_path):
    async with serving(tmp_path, transport()) as client:
        answer = await client.post("/graphql", json=body, headers=GRAPHQL)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
    assert expected in answer.json()["errors"][0]["message"]


async def test_persisted_queries_can_be_turned_off(tmp_path):
    async with serving(tmp_path, transport(), persisted_queries=False) as client:
        alone = await client.post("/graphql", json=persisted())
        both = await client.post("/graphql", json=persisted(QUERY))
    assert code(alone) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert both.json() == {"data": {"hello": "w"}}


async def test_mutations_by_hash_do_not_come_by_get(tmp_path):
    mutation = "mutation { bump }"
    async with serving(tmp_path, transport()) as client:
        body = persisted(mutation, sha256(mutation))
        assert (await client.post("/graphql", json=body)).json() == {"data": {"bump": 1}}
        answer = await client.get(
            "/graphql", params={"extensions": json.dumps(body["extensions"])},
            headers={"apollo-require-preflight": "1"},
        )  # fmt: skip
    assert answer.status_code == 405


def test_what_is_remembered_is_bounded(monkeypatch):
    texts = ["{ aaaaa }", "{ bbbbb }", "{ ccccc }", '{ a(b: "' + "\N{GRINNING FACE}" * 200 + '") }']
    room = 2 * (sys.getsizeof(texts[0]) + documents.ENTRY_BYTES)
    assert len(texts[3]) < room  # its characters are few, its memory is not
    monkeypatch.setattr(documents, "MAX_REMEMBERED_BYTES", room)
    kept = Documents(DocumentRules())
    for text in texts:
        request = ClientRequest(text, document_id=sha256(text))
        kept.resolve(request)
        kept.keep(request)
    found = []
    for text in texts:
        request = ClientRequest("", document_id=sha256(text))
        with suppress(RequestError):
            kept.resolve(request)
        found.append(request.query)
    assert found == ["", *texts[1:3], ""]


@pytest.mark.parametrize("text", ["{ hello", "{ nothing }", "not GraphQL at all"])
async def test_a_document_that_is_none_is_not_kept(text, tmp_path):
    async with serving(tmp_path, transport()) as client:
        sent = await client.post("/graphql", json=persisted(text, sha256(text)))
        assert "data" not in sent.json()
        again = await client.post("/graphql", json=persisted(digest=sha256(text)))
        assert code(again) == "PERSISTED_QUERY_NOT_FOUND"


MANIFESTS = {
    "ids to documents": {"home": QUERY, sha256("{ secret }"): "{ secret }"},
    "apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [
            {"id": "home", "name": "Hello", "type": "query", "body": QUERY},
            {"id": sha256("{ secret }"), "name": "", "type": "query", "body": "{ secret }"},
        ],
    },
}


@pytest.mark.parametrize("form", MANIFESTS)
async def test_only_trusted_documents_are_answered(form, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFESTS[form]))
    made = transport()
    async with serving(tmp_path, made, trusted_documents=manifest) as client:
        by_id = await client.post("/graphql", json={"documentId": "home"})
        by_hash = await client.post("/graphql", json=persisted(digest=sha256("{ secret }")))
        by_text = await client.post("/graphql", json={"query": QUERY})
        assert [a.json()["data"] for a in (by_id, by_hash, by_text)] == [
            {"hello": "w"}, {"secret": None}, {"hello": "w"},
        ]  # fmt: skip
        before = len(made.calls["one"])
        other = await client.post("/graphql", json={"query": "{ slow }"}, headers=GRAPHQL)
        assert (other.status_code, code(other)) == (403, "DOCUMENT_NOT_TRUSTED")
        posing = {"query": "{ slow }", "documentId": "home"}
        assert code(await client.post("/graphql", json=posing)) == "DOCUMENT_NOT_TRUSTED"
        unknown = await client.post("/graphql", json={"documentId": "nothing"})
        assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
        registering = persisted("{ slow }", sha256("{ slow }"))
        assert code(await client.post("/graphql", json=registering)) == "DOCUMENT_NOT_TRUSTED"
        assert len(made.calls["one"]) == before


@pytest.mark.parametrize(("mode", "logged"), [("log", 1), ("allow", 0)])
async def test_others_may_be_answered_as_well(mode, logged, tmp_path, caplog):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"home": QUERY}))
    given = {"trusted_documents": manifest, "trusted_documents_mode": mode}
    async with serving(tmp_path, transport(), **given) as client:
        for _ in range(2):
            answer = await client.post("/graphql", json={"query": "{ hello }"})
            assert answer.json() == {"data": {"hello": "w"}}
        assert (await client.post("/graphql", json={"documentId": "home"})).status_code == 200
        automatic = await client.post("/graphql", json=persisted("{hello}", sha256("{hello}")))
        assert automatic.json() == {"data": {"hello": "w"}}
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    told = [r.getMessage() for r in warnings if "{ hello }" in r.getMessage()]
    assert not told  # the document may hold what nobody should read in a log
    digests = [r for r in warnings if sha256("{ hello }") in r.getMessage()]
    assert len(digests) == logged


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "Cannot read the trusted documents of"),
        ("{", "are no JSON"),
        ("[]", "must hold an object of ids to documents"),
        ("{}", "holds no document"),
        ('{"a": 5}', "the document of 'a' must be a text"),
        ('{"operations": [{"body": "{ a }"}]}', r"operations\[0\] must have an id and a body"),
        ('{"operations": [{"id": "a"}]}', "the document of 'a' must be a text"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused_in_words(content, reason, tmp_path):
    manifest = tmp_path / "manifest.json"
    if content is not None:
        manifest.write_text(content)
    with pytest.raises(ManifestError, match=reason):
        read_manifest(manifest)
