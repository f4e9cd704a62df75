"""What interfaces ask for in a supergraph is for others: our own judgement is that of the implementations."""

from __future__ import annotations

import importlib
from itertools import product

import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations.access import AccessIndex, Requirements
from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from reelgraph_federation.supergraph.access import MOST_ALTERNATIVES, join_alternatives
from reelgraph_federation.supergraph.model import InterfaceType, ObjectType

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
    '"@interfaceObject", "@authenticated", "@requiresScopes", "@policy", "@shareable"])\n'
)
OWNER = (
    LINK
    + """
type Query { item: Item things: [Thing] any: Any }
interface Item @key(fields: "id") { id: ID! title: String thing: Thing }
interface Thing { id: ID! }
type Book implements Item & Thing @key(fields: "id") { id: ID! title: String @requiresScopes(scopes: [["b"]]) thing: Thing }
type Song implements Item & Thing @key(fields: "id") @authenticated { id: ID! title: String thing: Thing }
type Poem implements Thing @policy(policies: [["p"], ["q"]]) { id: ID! }
union Any = Book | Poem
"""
)
ADDER = (
    LINK
    + """
type Item @interfaceObject @key(fields: "id") { id: ID! price: Int @policy(policies: [["price"]]) stock: Int }
"""
)
LONELY = (
    LINK
    + """
type Query { node: Node }
interface Node @key(fields: "id") { id: ID! }
"""
)
LONELY_ADDER = (
    LINK
    + """
type Node @interfaceObject @key(fields: "id") { id: ID! note: Int @authenticated }
"""
)
SETS = {
    "implementations": [OWNER],
    "with an interface object": [OWNER, ADDER],
    "without implementations": [LONELY, LONELY_ADDER],
}


def composed(texts: list[str]) -> Supergraph:
    result = compose([Subgraph(f"s{n}", f"http://s{n}", text) for n, text in enumerate(texts)])
    assert result.supergraph_sdl is not None, result.errors
    return parse_supergraph(result.supergraph_sdl)


def judgements(supergraph: Supergraph) -> dict[str, Requirements]:
    index = AccessIndex(supergraph)
    return {
        f"{one.name}.{name}": tuple(sorted(index.of_field(one.name, name), key=repr))
        for one in supergraph.types.values()
        if isinstance(one, ObjectType | InterfaceType)
        for name in one.fields
    }


@pytest.mark.parametrize("texts", SETS.values(), ids=SETS)
def test_interfaces_are_judged_as_if_they_asked_for_nothing(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judgements(composed(texts))
    assert any(found.values())
    module = importlib.import_module("reelgraph_federation.composition.compose")
    monkeypatch.setattr(module, "guard_interfaces", lambda types, applied, kept: None)
    assert found == judgements(composed(texts))


def test_interfaces_ask_for_what_implementations_ask_for() -> None:
    types = composed([OWNER, ADDER]).types
    item, thing = types["Item"], types["Thing"]
    assert isinstance(item, InterfaceType)
    assert item.applied.access is not None
    assert item.applied.access.authenticated
    title = item.fields["title"].applied.access
    assert title is not None
    assert title.scopes == (("b",),)
    assert thing.applied.access is not None
    assert thing.applied.access.policies == (("p",), ("q",))


def test_an_interface_that_asks_for_more_keeps_its_own() -> None:
    sdl = compose([Subgraph("a", "http://a", OWNER)]).supergraph_sdl
    assert sdl is not None
    head, interface, rest = sdl.partition("interface Thing\n")
    own = head + interface + rest.replace('[["p"], ["q"]]', '[["own"]]', 1)
    found = judgements(parse_supergraph(own))
    assert any("own" in names for access in found["Query.things"] for names in access.policies)


def test_too_many_alternatives_ask_for_all() -> None:
    few = [[[f"a{n}"], [f"b{n}"]] for n in range(4)]
    expected = {tuple(sorted(each)) for each in product(*[[n[0][0], n[1][0]] for n in few])}
    assert set(join_alternatives(few)) == expected
    many = [[[f"a{n}"], [f"b{n}"]] for n in range(60)]
    joined = join_alternatives(many)
    assert joined == join_alternatives(many[::-1])
    assert joined == (tuple(sorted(name for each in many for (name,) in each)),)
    assert len(joined[0]) < MOST_ALTERNATIVES
    shared = [[[f"a{n}"], ["admin"]] for n in range(60)]
    assert ("admin",) in join_alternatives(shared)
    assert len(join_alternatives(shared)) == 2
