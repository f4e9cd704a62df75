"""Spoiled and hostile supergraphs are refused in words or served: nothing else ever comes out.

The random part is bounded and the same on every run; `fuzz_supergraphs.py SECONDS` beside it goes on.
"""

from __future__ import annotations

import random
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from graphql import (
    GraphQLField,
    get_named_type,
    is_composite_type,
    parse,
    print_schema,
    validate,
)

sys.path.insert(0, str(Path(__file__).parent))
from mutations import mutate

from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import PlanningError, plan_operation
from reelgraph_federation.supergraph import InvalidSupergraphError, Supergraph, parse_supergraph

HERE = Path(__file__).parent
FOREIGN = HERE.parents[1] / "router" / "foreign_supergraphs" / "supergraphs"
SOURCES = [*sorted(HERE.glob("accepted*.graphql")), *sorted(FOREIGN.glob("*/*.graphql"))]


BASE = (HERE / "accepted.graphql").read_text()
FIELD = "name: String @join__field(graph: A)"
HOSTILE = {
    "nothing": "",
    "no text": "\x00\x01\x02",
    "lone surrogates": BASE.replace('"x"', '"\\ud800"'),
    "surrogates in the text": BASE + "# \ud800\udfff",
    "byte order mark": "\ufeff" + BASE,
    "a circle of many interfaces": BASE
    + "".join(
        f"interface I{n} implements I{(n + 1) % 1000} @join__type(graph: A) {{ id: ID! }}\n"
        for n in range(1000)
    ),
    "a circle of inputs": BASE.replace("= 'x'", "").replace(
        "text: String", "more: Filter! text: String"
    ),
    "deep lists": BASE.replace("name: String", f"name: {'[' * 20_000}String{']' * 20_000}"),
    "deep lists in a join": BASE.replace(
        FIELD, f'name: String @join__field(graph: A, type: "{"[" * 20_000}String{"]" * 20_000}")'
    ),
    "deep values": BASE.replace('"x"', "[" * 50_000 + "]" * 50_000),
    "deep objects": BASE.replace('"x"', "{a: " * 50_000 + "1" + "}" * 50_000),
    "a deep key": BASE.replace('key: "id"', f'key: "{"a { " * 20_000}a{" }" * 20_000}"', 1),
    "a key that goes in circles": BASE.replace("id: ID!\n", "id: ID!\n  self: Title\n").replace(
        'key: "id"', f'key: "id {"self { " * 40}id{" }" * 40}"'
    ),
    "a huge name": BASE.replace("name", "n" * 100_000),
    "a huge number": BASE.replace('"x"', "9" * 100_000),
    "a huge number for a custom scalar": BASE.replace(
        'String = "x"', f"Any = [{'9' * 5_000}, 1e999]"
    )
    + "scalar Any @join__type(graph: B)",
    "a default of another type": BASE.replace('"x"', "{a: [RED]}"),
    "a huge cost": BASE.replace(
        "\n{ query",
        '\n  @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost"])\n{ query',
    ).replace(FIELD, f"{FIELD} @cost(weight: {'9' * 100_000})"),
    "an open string": BASE + '"' + "x" * 100_000,
    "kilobytes of directives": BASE.replace(FIELD, FIELD + " @join__field(graph: B)" * 5_000),
    "thousands of faults": BASE
    + "\n".join(f"type T{n} @join__type(graph: X{n}) {{ a: Nothing{n} }}" for n in range(2000)),
    "links of every shape": BASE.replace(
        "\n{ query",
        '\n @link @link(url: 5) @link(url: [[]], import: {}) @link(url: "", import: [null, 3, {}, {name: 4}])'
        ' @link(url: "https://specs.apollo.dev/join/v0.5", as: 7, for: "x")\n{ query',
    ),
    "wrong arguments everywhere": BASE.replace(
        "@join__type(graph: A)", "@join__type(graph: [A], key: {a: 1}, extension: 3, resolvable: A)"
    ).replace(
        "@join__field(graph: A)",
        "@join__field(graph: {}, type: A, contextArguments: [3, {name: {}}])",
    ),
    "a schema without operations": BASE.replace("{ query: Query }", "{ mutation: Title }"),
    "all operations in one type": BASE.replace(
        "{ query: Query }", "{ query: Query mutation: Query subscription: Query }"
    ),
}


def use(sdl: str) -> bool:
    """Read a document and use all of it; tell whether it was accepted."""
    try:
        supergraph = parse_supergraph(sdl)
    except InvalidSupergraphError as error:
        told = str(error) if error.problems else ""
    else:
        look_at_everything(supergraph)
        return True
    assert told
    return False


def look_at_everything(supergraph: Supergraph) -> None:
    print_schema(supergraph.api_schema)
    graph = supergraph.query_graph
    for node in graph.nodes():
        assert node.fields is not None
    for name, one in supergraph.types.items():
        if hasattr(one, "fields") and graph.types.is_composite(name):
            graph.entity_moves(name)
    root = supergraph.api_schema.query_type
    if root is not None:
        for name, field in list(root.fields.items())[:4]:
            plan(supergraph, f"{{ {name}{selection(field, 3)} }}")


def selection(field: GraphQLField, depth: int) -> str:
    """Return a selection of everything below a field that needs no arguments."""
    named = get_named_type(field.type)
    if not is_composite_type(named):
        return ""
    fields = getattr(named, "fields", {}) if depth else {}
    chosen = (f"{name}{selection(one, depth - 1)}" for name, one in fields.items() if not one.args)
    return f" {{ __typename {' '.join(chosen)} }}"


def plan(supergraph: Supergraph, text: str) -> None:
    document = parse(text)
    if validate(supergraph.api_schema, document):
        return
    with suppress(PlanningError):
        plan_operation(supergraph, normalize_operation(supergraph, document))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_spoiled_supergraphs(path: Path) -> None:
    dice, sdl = random.Random(path.name), path.read_text()
    accepted = sum(use(mutate(sdl, dice)) for _ in range(12))
    assert accepted < 12


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_supergraphs(name: str) -> None:
    use(HOSTILE[name])


def test_only_some_of_many_faults_are_told() -> None:
    with pytest.raises(InvalidSupergraphError) as caught:
        parse_supergraph(HOSTILE["thousands of faults"])
    assert 10 < len(caught.value.problems) <= 100
