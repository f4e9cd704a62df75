"""What is counted of requests, and within which bounds."""

from __future__ import annotations

from graphql import OperationDefinitionNode, build_schema, parse

from reelgraph_federation.operations.usage import find_use
from reelgraph_router.usage import count
from reelgraph_router.usage.count import CountedOperation, UsageCounter, client_of

SCHEMA = build_schema("enum Kind { A B } type Query { a(kind: Kind): Int b: Int }")


def counted(query: str, name: str = "") -> CountedOperation:
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return CountedOperation(f"sig-{query}", name, find_use(SCHEMA, document, operation))


def test_sums_are_kept_by_operation_and_client():
    counter = UsageCounter()
    a = counted("query A($kind: Kind) { a(kind: $kind) }", "A")
    counter.count(a, ("web", "1"), {"kind": "A"}, 0.25, failed=False)
    counter.count(a, ("web", "1"), {"kind": "B"}, 0.5, failed=True)
    counter.count(a, ("tv", ""), {}, 0.0, failed=False)
    counter.count(counted("{ b }"), ("web", "1"), {}, 0.0, failed=False)
    batch = counter.take()
    assert batch is not None
    assert batch.requests == 4
    document = batch.to_json()
    assert document["id"] == batch.id
    first, second, third = document["operations"]
    used = ["Kind", "Query.a", "Query.a(kind:)"]
    assert first == {
        "signature": a.signature, "name": "A", "client": "web", "clientVersion": "1", "count": 2, "errors": 1,
        "durationMs": 750.0, "coordinates": ["Kind", "Kind.A", "Kind.B", *used[1:]],
    }  # fmt: skip
    assert (second["client"], second["count"], second["coordinates"]) == ("tv", 1, used)
    assert third["coordinates"] == ["Query.b"]
    assert counter.take() is None


def test_what_does_not_fit_is_counted_as_lost(monkeypatch):
    monkeypatch.setattr(count, "MAX_OPERATIONS", 2)
    counter = UsageCounter()
    for client in ("a", "b", "c", "d", "a"):
        counter.count(counted("{ b }"), (client, ""), {}, 0.0, failed=False)
    assert counter.lost == 2
    batch = counter.take()
    assert batch is not None
    assert [one["client"] for one in batch.to_json()["operations"]] == ["a", "b"]
    assert batch.requests == 3


def test_names_of_clients_are_made_plain():
    assert client_of(b" web\x00\x1b[1m ", b"2.1") == ("web[1m", "2.1")
    assert client_of(b"x" * 500, b"") == ("x" * 100, "")
    assert client_of(b"\xff", b"")[0] == "\ufffd"
