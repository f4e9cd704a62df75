"""Sets of subgraphs made to be hard to compose: each is valid by itself, and together they end soon.

The proof's places are counted, so that a search that grows without bound fails here on any machine.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.composition.satisfiability import prove

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable",'
    ' "@external", "@requires", "@provides", "@override", "@interfaceObject", "@context", "@fromContext",'
    ' "@tag", "@inaccessible"])\n'
)
QUERY = "type Query { t: T }\n"


def many_keys() -> list[str]:
    """Twenty subgraphs, each with two of twenty keys, so that each is reached over many ways."""
    return [
        (QUERY if n == 0 else "")
        + f'type T @key(fields: "k{n}") @key(fields: "k{(n + 1) % 20}") '
        + f"{{ k{n}: ID! k{(n + 1) % 20}: ID! f{n}: Int }}"
        for n in range(20)
    ]


def chain_of_requires() -> list[str]:
    """A field that needs a field of the next subgraph, and so on through forty."""
    return [
        (QUERY if n == 0 else "")
        + f'type T @key(fields: "id") {{ id: ID! f{n}: Int'
        + (f' @requires(fields: "f{n + 1}") f{n + 1}: Int @external }}' if n < 39 else " }")
        for n in range(40)
    ]


def circle_of_requires() -> list[str]:
    """The same, closed: no query for a field of it can be answered."""
    return [
        (QUERY if n == 0 else "")
        + f'type T @key(fields: "id") {{ id: ID! f{n}: Int @requires(fields: "f{(n + 1) % 25}") '
        + f"f{(n + 1) % 25}: Int @external }}"
        for n in range(25)
    ]


def nested_keys() -> list[str]:
    """A key that selects forty levels deep, each type reached by a key of its own."""
    levels = range(40)
    key = "".join(f"n{level} {{ " for level in levels) + "id" + " }" * 40
    types = "\n".join(
        f"type N{level} @shareable {{ n{level}: N{level + 1} }}" for level in range(1, 40)
    )
    whole = f"{types}\ntype N40 @shareable {{ id: ID! }}"
    return [
        f'{QUERY} type T @key(fields: "{key}") {{ n0: N1 }}\n{whole}',
        f'type T @key(fields: "{key}") {{ n0: N1 x: Int }}\n{whole}',
    ]


def nested_requires() -> list[str]:
    """A requirement that selects forty levels deep through an interface of two types."""
    tree = "of { " * 40 + "n" + " }" * 40
    types = "interface I { n: Int of: I }\n" + "\n".join(
        f"type {name} implements I @shareable {{ n: Int of: I }}" for name in ("A", "B")
    )
    return [
        f'{QUERY}type T @key(fields: "id") {{ id: ID! of: I x: Int }}\n{types}',
        f'type T @key(fields: "id") {{ id: ID! of: I @external r: Int @requires(fields: "{tree}") }}\n{types}',
    ]


def keys_in_a_circle() -> list[str]:
    """Types whose keys select each other, entered where only one of the two is known."""
    circle = (
        'type T @key(fields: "u { id }") { id: ID! @shareable u: U! @shareable x: Int @shareable }\n'
        'type U @key(fields: "t { id }") { id: ID! @shareable t: T! @shareable y: Int @shareable }\n'
    )
    one = 'type T @key(fields: "u { id }") { id: ID! @shareable u: U! @shareable z: Int }\n'
    return [QUERY + circle, one + "type U { id: ID! @shareable }", circle]


def wide_interface() -> list[str]:
    """Three hundred implementations in two subgraphs, with an interface object in a third."""
    types = "\n".join(
        f'type T{n} implements I @key(fields: "id") {{ id: ID! of: I @shareable }}'
        for n in range(300)
    )
    interface = 'interface I @key(fields: "id") { id: ID! of: I }\n'
    return [
        f"type Query {{ i: I }}\n{interface}{types}",
        f"type Query {{ j: I }}\n{interface}{types}",
        'type I @interfaceObject @key(fields: "id") { id: ID! more: Int next: I }',
    ]


def web_of_values() -> list[str]:
    """Values that all lead to each other in ten subgraphs, each of which lacks one way."""
    parts = []
    for n in range(10):
        types = "\n".join(
            f"type V{a} @shareable {{ {' '.join(f'v{b}: V{b}' for b in range(12) if (a, b) != (n, n + 1))} }}"
            for a in range(12)
        )
        parts.append(f"type Query {{ q{n}: V{n} }}\n{types}")
    return parts


def provided_trees() -> list[str]:
    """Views under views: each field provides a tree of external fields."""
    tree = "".join("c { " for _ in range(20)) + "x" + " }" * 20
    owned = 'type T @key(fields: "id") { id: ID! c: T @shareable x: Int @shareable }'
    return [
        f'type Query {{ t: T @provides(fields: "{tree}") }}\n'
        'type T @key(fields: "id") { id: ID! c: T @external x: Int @external }',
        owned,
    ]


def overriding_chain() -> list[str]:
    """Each subgraph takes a field over from the one before."""
    return [
        (QUERY if n == 0 else "")
        + f'type T @key(fields: "id") {{ id: ID! x: Int{f""" @override(from: "s{n - 1}")""" if n else ""} }}'
        for n in range(30)
    ]


def contexts_everywhere() -> list[str]:
    """A context set on every type of a circle, taken from everywhere."""
    types = "\n".join(
        f'type T{n} @key(fields: "id") @context(name: "c") {{ id: ID! n: Int next: T{(n + 1) % 30} '
        f'f{n}(a: Int @fromContext(field: "$c {{ n }}")): Int }}'
        for n in range(30)
    )
    return [f'type Query {{ r: R }} type R @context(name: "c") {{ n: Int t: T0 }}\n{types}']


SETS: dict[Callable[[], list[str]], set[str]] = {
    many_keys: set(),
    chain_of_requires: set(),
    circle_of_requires: {"SATISFIABILITY_ERROR"},
    nested_keys: set(),
    nested_requires: set(),
    keys_in_a_circle: set(),
    wide_interface: set(),
    web_of_values: {"SATISFIABILITY_ERROR"},
    provided_trees: set(),
    overriding_chain: {"OVERRIDE_SOURCE_HAS_OVERRIDE", "INVALID_FIELD_SHARING"},
    contexts_everywhere: set(),
}
"""Each set with the codes of its errors."""


@pytest.mark.parametrize("make", SETS, ids=lambda make: make.__name__)
def test_hostile_set_ends(make: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "MAX_PLACES", 20_000)
    subgraphs = [Subgraph(f"s{n}", f"http://s{n}", LINK + text) for n, text in enumerate(make())]
    result = compose(subgraphs)
    assert {problem.code for problem in result.errors} == SETS[make], result.errors[:3]
    if result.ok:
        assert result.supergraph_sdl
        assert result.api_schema_sdl
