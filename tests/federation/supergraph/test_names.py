"""Under which names a supergraph's features count: as they are linked and imported, and no others."""

from __future__ import annotations

import pytest

from reelgraph_federation.supergraph import parse_supergraph
from reelgraph_federation.supergraph.model import ObjectType

SPECS = "https://specs.apollo.dev"
LINKS = {
    "by its own name": (f'@link(url: "{SPECS}/inaccessible/v0.2", for: SECURITY)', "@inaccessible"),
    "by an alias": (f'@link(url: "{SPECS}/inaccessible/v0.2", as: "hidden")', "@hidden"),
    "by an import": (
        f'@link(url: "{SPECS}/inaccessible/v0.2", import: [{{name: "@inaccessible", as: "@gone"}}])',
        "@gone",
    ),
    "by an import that is no list": (
        f'@link(url: "{SPECS}/inaccessible/v0.2", as: "x", import: "@inaccessible")',
        "@inaccessible",
    ),
    "by an import from federation": (
        f'@link(url: "{SPECS}/federation/v2.9", import: [{{name: "@inaccessible", as: "@gone"}}])',
        "@gone",
    ),
    "by the preview of links": (f'@core(feature: "{SPECS}/inaccessible/v0.1")', "@inaccessible"),
    "without a link": ("", "@inaccessible"),
}
OWN = {
    "an import": '@link(url: "https://e.example/own/v1.0", import: ["@inaccessible"])',
    "a renamed import": '@link(url: "https://e.example/own/v1.0", import: [{name: "@x", as: "@inaccessible"}])',
    "a feature's own name": '@link(url: "https://e.example/inaccessible/v1.0")',
    "an alias": '@link(url: "https://e.example/own/v1.0", as: "inaccessible")',
}


def supergraph(links: str, on_field: str, link: str = "@link") -> str:
    return f"""
    schema
      {link}(url: "{SPECS}/link/v1.0"{"" if link == "@link" else f', as: "{link[1:]}"'})
      {link}(url: "{SPECS}/join/v0.5", for: EXECUTION)
      {links}
    {{ query: Query }}
    enum join__Graph {{ A @join__graph(name: "a", url: "http://a") }}
    type Query @join__type(graph: A) {{ a: Int {on_field} b: Int }}
    """


def is_hidden(sdl: str) -> bool:
    read = parse_supergraph(sdl)
    query = read.types["Query"]
    assert isinstance(query, ObjectType)
    hidden = query.fields["a"].applied.inaccessible
    assert hidden == ("a" not in read.api_schema.query_type.fields)  # type: ignore[union-attr]
    return hidden


@pytest.mark.parametrize("how", LINKS)
def test_a_feature_counts_under_its_name(how: str) -> None:
    links, directive = LINKS[how]
    assert is_hidden(supergraph(links, directive))


@pytest.mark.parametrize("how", ["by an alias", "by an import", "by an import from federation"])
def test_a_feature_counts_under_no_other_name(how: str) -> None:
    assert not is_hidden(supergraph(LINKS[how][0], "@inaccessible"))


@pytest.mark.parametrize("how", OWN)
def test_a_name_of_another_feature_is_that_features(how: str) -> None:
    sdl = supergraph(OWN[how], '@inaccessible(why: "moved")')
    assert not is_hidden(sdl)
    query = parse_supergraph(sdl).types["Query"]
    assert isinstance(query, ObjectType)
    (composed,) = query.fields["a"].applied.composed
    assert composed.arguments == (("why", '"moved"'),)


def test_the_link_directive_may_have_another_name() -> None:
    links = f'@use(url: "{SPECS}/inaccessible/v0.2", as: "hidden")'
    assert is_hidden(supergraph(links, "@hidden", link="@use"))
    assert not is_hidden(supergraph(links, "@inaccessible", link="@use"))


def test_types_of_features_are_none_of_the_graph() -> None:
    links = (
        f'@link(url: "{SPECS}/policy/v0.1", import: ["@policy", {{name: "Policy", as: "Rule"}}])'
    )
    sdl = supergraph(links, '@policy(policies: [["p"]])') + "scalar Rule"
    assert set(parse_supergraph(sdl).types) == {"Query"}
