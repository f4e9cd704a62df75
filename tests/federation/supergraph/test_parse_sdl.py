"""Reading supergraphs: join versions, renamed features, and what the API schema shows."""

from __future__ import annotations

import pytest
from graphql import print_schema, validate_schema

from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph
from reelgraph_federation.supergraph.model import (
    EnumType,
    InputObjectType,
    ListSize,
    ObjectType,
    UnionType,
)

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3", as: "label")
  @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", {name: "@listSize", as: "@size"}])
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://example.org/house/v1.0", import: ["@house"])
{ query: Root }
directive @house(colour: String) on OBJECT | FIELD_DEFINITION
directive @live(every: Int = 5) on QUERY | FIELD
directive @join__type(graph: join__Graph!) repeatable on OBJECT
scalar join__FieldSet
enum join__Graph {
  A @join__graph(name: "a-1", url: "http://a")
  B @join__graph(name: "b", url: "http://b")
}
"""
BODY = (
    HEAD
    + """
"The root."
type Root @join__type(graph: A) @join__type(graph: B) {
  titles(first: Int = 5, hidden: String @inaccessible): [Title!]! @join__field(graph: A) @size(assumedSize: 3, slicingArguments: ["first"])
  secret: Secret @join__field(graph: A) @inaccessible
  any(filter: Filter): Any @join__field(graph: B)
}
type Title @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false, extension: true) @house(colour: "red") @context(name: "a-1__c") {
  id: ID!
  name: String @join__field(graph: A, type: "String!") @join__field(graph: B, external: true) @label(name: "x") @deprecated(reason: "old")
  price: Int @join__field(graph: B, requires: "name", override: "a-1", overrideLabel: "percent(5)")
  kind: Kind @join__field(graph: A) @cost(weight: 7) @requiresScopes(scopes: [["a", "b"], ["c"]])
  local: String @join__field(graph: B, contextArguments: [{context: "a-1__c", name: "l", type: "String!", selection: "{ name }"}])
}
type Secret @join__type(graph: A) @inaccessible { id: ID! }
type Gone @join__type(graph: B) { id: ID! }
union Any @join__type(graph: B) @join__unionMember(graph: B, member: "Title") @join__unionMember(graph: B, member: "Gone") = Title | Gone
enum Kind @join__type(graph: A) @join__type(graph: B) { NEW @join__enumValue(graph: A) @join__enumValue(graph: B) OLD @join__enumValue(graph: A) @inaccessible }
input Filter @join__type(graph: B) { kind: Kind = NEW, text: String @inaccessible }
"""
)


def test_everything_is_read() -> None:
    supergraph = parse_supergraph(BODY)
    assert [one.name for one in supergraph.subgraphs.values()] == ["a-1", "b"]
    assert supergraph.query_type == "Root"
    assert supergraph.types["Root"].description == "The root."
    title = supergraph.types["Title"]
    assert isinstance(title, ObjectType)
    assert [(one.subgraph, one.key, one.resolvable, one.extension) for one in title.joins] == [
        ("a-1", "id", True, False),
        ("b", "id", False, True),
    ]
    assert title.contexts == ("a-1__c",)
    assert [(one.name, one.arguments) for one in title.applied.composed] == [
        ("house", (("colour", '"red"'),))
    ]
    name, price, kind = title.fields["name"], title.fields["price"], title.fields["kind"]
    assert name.applied.tags == ("x",)
    assert name.deprecation == "old"
    assert str(name.joins[0].type) == "String!"
    assert name.joins[1].external
    assert (price.joins[0].requires, price.joins[0].override) == ("name", "a-1")
    assert price.joins[0].override_label == "percent(5)"
    assert kind.applied.cost == 7
    assert kind.applied.access is not None
    assert kind.applied.access.scopes == (("a", "b"), ("c",))
    (argument,) = title.fields["local"].joins[0].context_arguments
    assert (argument.context, argument.name, str(argument.type)) == ("a-1__c", "l", "String!")
    root = supergraph.types["Root"]
    assert isinstance(root, ObjectType)
    assert root.fields["titles"].applied.list_size == ListSize(3, ("first",))
    union, enum = supergraph.types["Any"], supergraph.types["Kind"]
    assert isinstance(union, UnionType)
    assert union.members == {"Title": ("b",), "Gone": ("b",)}
    assert isinstance(enum, EnumType)
    assert enum.values["NEW"].subgraphs == ("a-1", "b")
    assert isinstance(supergraph.types["Filter"], InputObjectType)
    assert [link.url for link in supergraph.links] == ["https://example.org/house/v1.0"]
    assert set(supergraph.directives) == {"house", "live"}
    assert "join__Graph" not in supergraph.types


def test_equal_parts_are_shared() -> None:
    supergraph = parse_supergraph(BODY)
    title, gone = supergraph.types["Title"], supergraph.types["Gone"]
    assert isinstance(title, ObjectType)
    assert isinstance(gone, ObjectType)
    assert title.fields["id"].type is gone.fields["id"].type
    assert title.fields["id"].applied is gone.fields["id"].applied


def test_the_api_schema_hides_what_is_inaccessible() -> None:
    schema = parse_supergraph(BODY).api_schema
    assert validate_schema(schema) == []
    printed = print_schema(schema)
    for hidden in ("Secret", "secret", "hidden", "OLD", "text", "join__", "@house"):
        assert hidden not in printed
    for shown in ("titles(first: Int = 5): [Title!]!", "directive @live", "kind: Kind = NEW"):
        assert shown in printed


@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3", "0.4", "0.5"])
def test_join_versions(version: str) -> None:
    sdl = BODY.replace("join/v0.5", f"join/v{version}")
    if version == "0.1":
        sdl = sdl.replace("@link(", "@core(", 2).replace("url:", "feature:", 2)
        sdl = sdl.replace("link/v1.0", "core/v0.2")
    assert set(parse_supergraph(sdl).subgraphs) == {"a-1", "b"}


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        ("type Query {", "not valid GraphQL"),
        ("type Query { a: Int }", "no schema definition"),
        ("schema { query: Query } type Query { a: Int }", "no enum join__Graph"),
        (BODY.replace("join/v0.5", "join/v9.0"), "links join v9.0; known are v0.1"),
        (BODY.replace("(graph: A, key", "(graph: C, key"), "names the graph 'C'"),
    ],
)
def test_what_is_no_supergraph_is_told(sdl: str, message: str) -> None:
    with pytest.raises(InvalidSupergraphError, match=message):
        parse_supergraph(sdl)
