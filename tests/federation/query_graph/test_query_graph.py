"""The query graph: where fields are, why they are absent, and which jumps there are."""

from __future__ import annotations

import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.query_graph import Absence, NodeKind, QueryGraph
from reelgraph_federation.supergraph import parse_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])\n'
)
SUBGRAPHS = {
    "a": """
      type Query { film: Film @provides(fields: "title studio { name }") plain: Film media: Media }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Film implements Media @key(fields: "id") { id: ID! title: String @external studio: Studio @external old: Int }
      type Song implements Media @key(fields: "id") { id: ID! title: String }
      type Studio @key(fields: "id") { id: ID! name: String @external }
    """,
    "b": """
      type Film @key(fields: "id") @key(fields: "code") { id: ID! code: ID! title: String @shareable studio: Studio @shareable old: Int @override(from: "a", label: "percent(1)") }
      type Studio @key(fields: "id") { id: ID! name: String @shareable }
    """,
    "c": """
      type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
    """,
    "d": """
      type Film @key(fields: "code", resolvable: false) { code: ID! }
      type Query { filmByCode: Film }
    """,
}  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> QueryGraph:
    result = compose(
        Subgraph(name, f"http://{name}", LINK + sdl) for name, sdl in SUBGRAPHS.items()
    )
    assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
    return parse_supergraph(result.supergraph_sdl).query_graph


def test_fields_and_reasons(graph: QueryGraph) -> None:
    film = graph.node("a", "Film")
    assert film is not None
    assert set(film.fields) == {"id", "old"}
    assert film.absent["title"] is Absence.EXTERNAL
    assert film.absent["code"] is Absence.NOT_DEFINED
    assert film.fields["old"].label == "percent(1)"
    assert film.fields["old"].label_state is False
    newer = graph.node("b", "Film")
    assert newer is not None
    assert newer.fields["old"].label_state is True
    assert graph.node("c", "Film") is None
    assert graph.labels == {"percent(1)"}


def test_views_are_below_the_provided_field_only(graph: QueryGraph) -> None:
    (root, *_) = graph.roots("query")
    provided, plain = root.fields["film"].target, root.fields["plain"].target
    assert provided is not None
    assert plain is not None
    assert "title" in provided.fields
    assert "title" not in plain.fields
    studio = provided.fields["studio"].target
    assert studio is not None
    assert "name" in studio.fields


def test_abstract_nodes(graph: QueryGraph) -> None:
    media, added = graph.node("a", "Media"), graph.node("c", "Media")
    assert media is not None
    assert added is not None
    assert media.kind is NodeKind.INTERFACE
    assert media.possible == ("Film", "Song")
    assert media.covers("id")
    assert not media.covers("title"), "title is external in Film"
    assert added.kind is NodeKind.INTERFACE_OBJECT
    assert added.cast("Film") is None


def test_jumps(graph: QueryGraph) -> None:
    film = {
        (one.target.subgraph, one.text, one.representation) for one in graph.entity_moves("Film")
    }
    assert film == {
        ("a", "id", "Film"),
        ("b", "id", "Film"),
        ("b", "code", "Film"),
        ("c", "id", "Media"),
    }
    assert {one.target.subgraph for one in graph.unresolvable("Film")} == {"d"}
    assert {one.target.subgraph for one in graph.entity_moves("Media")} == {"a", "c"}


def test_all_nodes_can_be_listed(graph: QueryGraph) -> None:
    listed = {(one.subgraph, one.type_name) for one in graph.nodes()}
    assert {("a", "Film"), ("b", "Studio"), ("c", "Media"), ("d", "Query")} <= listed
    assert all(not one.provided for one in graph.nodes())
