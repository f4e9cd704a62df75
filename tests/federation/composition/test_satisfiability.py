"""The proof on shapes that could make it explode, its limit, and composing again."""

from __future__ import annotations

import time

import pytest

from reelgraph_federation import Composer, Subgraph, compose
from reelgraph_federation.composition.satisfiability import prove

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject"])\n'
)


def subgraph(name: str, sdl: str) -> Subgraph:
    return Subgraph(name, f"http://{name}.example", LINK + sdl)


def codes(*subgraphs: Subgraph) -> list[str]:
    return [problem.code for problem in compose(subgraphs).errors]


def shared_values(count: int, types: int) -> list[Subgraph]:
    """Value types that refer to each other, each in half of the subgraphs."""
    found = []
    for number in range(count):
        own = [t for t in range(types) if (t * 7 + number * 3) % 4 < 3]
        names = set(own)
        parts = [f"type Query {{ q{number}: V{own[0]} @shareable }}"]
        for t in own:
            links = " ".join(f"f{n}: V{n}" for n in range(types) if n in names and (n + t) % 5 < 2)
            parts.append(f"type V{t} @shareable {{ x: Int {links} }}")
        found.append(subgraph(f"s{number:02}", "\n".join(parts)))
    return found


def test_many_shared_values_do_not_explode() -> None:
    start = time.process_time()
    compose(shared_values(24, 20))
    assert time.process_time() - start < 20


def test_limit_is_an_error_and_no_endless_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "MAX_PLACES", 2)
    parts = [f"type A{n} {{ next: A{n + 1} }}" for n in range(9)]
    text = "type Query { a: A0 }\n" + "\n".join(parts) + "\ntype A9 { x: Int }"
    assert codes(subgraph("a", text)) == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]


def test_circles_of_requires_fail() -> None:
    one = 'type T @key(fields: "id") { id: ID! b: Int @external a: Int @requires(fields: "b") }'
    two = 'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }'
    found = codes(subgraph("a", "type Query { t: T } " + one), subgraph("b", two))
    assert found == ["SATISFIABILITY_ERROR"] * 2


def test_requires_may_be_met_over_several_subgraphs() -> None:
    a = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'
    b = 'type T @key(fields: "id") { id: ID! upc: ID! @shareable } '
    c = 'type T @key(fields: "id") @key(fields: "upc") { id: ID! upc: ID! w: Int @external '
    d = 'type T @key(fields: "upc") { upc: ID! w: Int }'
    c += 'p: Int @requires(fields: "w") }'
    assert codes(*map(subgraph, "abcd", (a, b, c, d))) == []
    without_upc = c.replace(' @key(fields: "upc")', "").replace(" upc: ID!", "")
    assert codes(subgraph("a", a), subgraph("c", without_upc), subgraph("d", d)) != []


def test_key_with_nested_object_that_must_be_fetched_elsewhere() -> None:
    a = 'type Query { t: T } type T @key(fields: "id") { id: ID! o: O! } type O @key(fields: "n") { n: ID! }'
    b = 'type T @key(fields: "o { code }") { o: O! @shareable x: Int } type O { code: ID! @shareable }'
    c = 'type O @key(fields: "n") { n: ID! code: ID! @shareable }'
    shared = a.replace("o: O!", "o: O! @shareable")
    assert codes(subgraph("a", shared), subgraph("b", b), subgraph("c", c)) == []
    found = codes(subgraph("a", shared), subgraph("b", b))
    assert set(found) == {"SATISFIABILITY_ERROR"}


def test_provided_key_lets_a_query_go_on() -> None:
    a = 'type Query { t: T @provides(fields: "id") } type T @key(fields: "id") { id: ID! @external }'
    b = 'type T @key(fields: "id") { id: ID! x: Int }'
    assert codes(subgraph("a", a), subgraph("b", b)) == []
    bare = a.replace('@provides(fields: "id") ', "")
    assert set(codes(subgraph("a", bare), subgraph("b", b))) == {"SATISFIABILITY_ERROR"}


def test_composing_again_gives_what_composing_anew_gives() -> None:
    first = [
        subgraph("a", 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }'),
        subgraph("b", 'type T @key(fields: "id") { id: ID! y: E } enum E { A }'),
        subgraph("c", 'type T @key(fields: "id") { id: ID! z: V } type V @shareable { v: Int }'),
    ]
    changes = [
        subgraph("b", 'type T @key(fields: "id") { id: ID! y(e: E): E } enum E { A B }'),
        subgraph("b", 'type T @key(fields: "id") { id: ID! x: Int } enum E { A }'),
        subgraph("b", "interface I { v: Int } type V implements I @shareable { v: Int }"),
        subgraph("b", "type V @shareable { v: String }"),
        subgraph("d", 'type T @key(fields: "id") { id: ID! d: Int }'),
        first[1],
    ]
    composer = Composer()
    assert composer.compose(first).ok
    for change in changes:
        kept = [each for each in first if each.name != change.name]
        again, anew = composer.compose([*kept, change]), compose([*kept, change])
        assert again.supergraph_sdl == anew.supergraph_sdl
        assert again.errors == anew.errors
        assert again.hints == anew.hints
