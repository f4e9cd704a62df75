"""Which coordinates an operation uses."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from reelgraph_federation.operations.usage import find_use

SCHEMA = build_schema("""
  type Query { title(id: ID!, kind: Kind): Title find(by: Find, all: [Find!]): [Item!] kind: Kind node: Node }
  interface Node { id: ID }
  type Title implements Node { id: ID name(in: Language): String kind: Kind }
  type Person implements Node { id: ID name: String }
  union Item = Title | Person
  enum Kind { MOVIE SERIES }
  enum Language { EN DE }
  input Find { text: String kind: Kind deeper: Find tags: [Kind!] }
  type Subscription { changed: Title }
""")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ kind __typename __schema { types { name } } }", "Query.kind"),
        ("{ title(id: 1) { n: name(in: DE) __typename } }",
         "Query.title Query.title(id:) Title.name Title.name(in:) Language.DE"),
        ("{ node { id } }", "Query.node Node.id Title.id Person.id"),
        ("{ find(by: {text: \"x\", deeper: {kind: MOVIE, tags: [SERIES]}}) { ... on Title { name } } }",
         "Query.find Query.find(by:) Find.text Find.deeper Find.kind Kind.MOVIE Find.tags Kind.SERIES Title Title.name"),
        ("query A { node { ...F } } query B { kind } fragment F on Person { name ...G } fragment G on Person { id }",
         "Query.node Person Person.name Person.id"),
        ("query ($k: Kind, $f: [Find!]) { title(id: 1, kind: $k) { kind } find(all: $f) { __typename } }",
         "Kind Find Query.title Query.title(id:) Query.title(kind:) Title.kind Query.find Query.find(all:)"),
        ("query ($k: Kind = MOVIE) { title(id: 1, kind: $k) { kind } }",
         "Kind Kind.MOVIE Query.title Query.title(id:) Query.title(kind:) Title.kind"),
        ("subscription { changed { id } }", "Subscription.changed Title.id"),
    ],
)  # fmt: skip
def test_coordinates(query, expected):
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert find_use(SCHEMA, document, operation).coordinates == set(expected.split())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ""),
        ({"k": None, "f": None, "s": "MOVIE"}, ""),
        ({"k": "MOVIE"}, "Kind.MOVIE"),
        ({"f": [{"text": "x", "deeper": {"kind": "SERIES", "tags": ["MOVIE"]}}]},
         "Find.text Find.deeper Find.kind Kind.SERIES Find.tags Kind.MOVIE"),
        ({"f": {"text": None}}, "Find.text"),
    ],
)  # fmt: skip
def test_variables(variables, expected):
    query = (
        "query ($k: Kind, $f: [Find!], $s: ID!) "
        "{ title(id: $s, kind: $k) { id } find(all: $f) { __typename } }"
    )
    document = parse(query)
    assert not validate(SCHEMA, document)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    use = find_use(SCHEMA, document, operation)
    assert [name for name, _ in use.inputs] == ["k", "f"]
    assert use.of_variables(variables) == set(expected.split())
