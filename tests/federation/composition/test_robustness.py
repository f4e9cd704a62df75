"""Hostile and broken documents give problems: never an exception, never a long wait."""

from __future__ import annotations

import random
import string
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.composition import compose as compose_module
from reelgraph_federation.composition.state import MergeState

sys.path.insert(0, str(Path(__file__).parent))
from case_files import read_cases

SEEDS = [
    subgraph.sdl
    for path in sorted((Path(__file__).parent / "problems").glob("*.graphql"))
    for case in read_cases(path)
    for subgraph in case.subgraphs
]
HANGS = 60.0
"""CPU seconds after which a composition counts as one that does not end; the slowest takes one or two."""

HOSTILE = {
    "nothing": "",
    "only a comment": "# nothing",
    "byte order mark": "\ufefftype Query { a: Int }\ufeff",
    "no text": "\x00\x01\x02",
    "lone surrogates": 'type Query { a: Int @deprecated(reason: "\\ud800") }',
    "surrogates in the text": "type Query { a: Int } # \ud800\udfff",
    "deep lists": f"type Query {{ a: {'[' * 20_000}Int{']' * 20_000} }}",
    "deep values": f"type Query {{ a(x: Any = {'[' * 50_000}{']' * 50_000}): Int }} scalar Any",
    "deep objects": f"type Query {{ a(x: Any = {'{a:' * 50_000}1{'}' * 50_000}): Int }} scalar Any",
    "deep key": f'type Query @key(fields: "{"a { " * 20_000}a{" }" * 20_000}") {{ a: Query }}',
    "huge name": f"type Query {{ {'a' * 1_000_000}: Int }}",
    "huge number": f"type Query {{ a(x: Int = {'9' * 100_000}): Int }}",
    "huge float": f"type Query {{ a(x: Float = 1{'0' * 500}.0e999): Int }}",
    "open string": 'type Query { a: Int @deprecated(reason: "' + "x" * 100_000,
    "open block string": '"""' + "x " * 100_000,
    "many quotes": '"' * 100_001,
    "kilobytes of directives": "type Query { a: Int " + "@deprecated " * 20_000 + "}",
    "many blanks": "type Query {" + " ,\n\t" * 100_000 + "a: Int" + "#\n" * 100_000 + "}",
    "interfaces in a circle": "type Query { a: A } interface A implements B { a: Int } "
    "interface B implements A { a: Int }",
    "inputs in a circle": "type Query { a(x: A): Int } input A { b: B! } input B { a: A! }",
    "a long circle of inputs": "type Query { a(x: I0): Int } "
    + " ".join(f"input I{n} {{ i: I{(n + 1) % 3000}! }}" for n in range(3000)),
    "bad link": "extend schema @link(url: 3, import: {a: 1}, as: [], for: 7) type Query { a: Int }",
    "strange import": 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: [null, [], {}, {name: 3}, {name: "@a", as: null}, "", "@", "@@"]) type Query { a: Int }',
    "wrong arguments everywhere": 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@tag", "@override", "@requiresScopes", "@cost", "@listSize", "@context", '
    '"@fromContext", "@provides", "@requires", "@composeDirective"]) @composeDirective(name: 3) '
    "type Query @key(fields: {a: [1]}, resolvable: 7) @tag(name: null) @context(name: [2]) "
    "{ a(b: Int @fromContext(field: 3)): Int @override(from: 3, label: 4) @tag @requires @provides "
    '@requiresScopes(scopes: "x") @cost(weight: null) @listSize(assumedSize: "x", sizedFields: 3) }',
}


def compose_text(*texts: str) -> float:
    start = time.process_time()
    result = compose([Subgraph(f"s{n}", "", text) for n, text in enumerate(texts)])
    for problem in (*result.errors, *result.hints):
        assert problem.code != "INTERNAL", problem
        assert str(problem)
    if result.ok:
        assert result.supergraph_sdl
        assert result.api_schema_sdl
    return time.process_time() - start


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_document_gives_problems_soon(name: str) -> None:
    assert compose_text(HOSTILE[name]) < HANGS


def mutate(text: str, seed: int) -> str:
    """Cut, double, swap and replace parts of a document."""
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        b = min(b, a + 30)
        kind = rng.randrange(6)
        if kind == 0:
            text = text[:a] + text[b:]
        elif kind == 1:
            text = text[:b] + text[a:b] + text[b:]
        elif kind == 2:
            text = text[:a] + rng.choice(string.printable) + text[a:]
        elif kind == 3:
            words = ("Query", "T", "id", "@key", '"', "{", "}", "extend", "[", "!", "$x", "null")
            text = text[:a] + f" {rng.choice(words)} " + text[a:]
        elif kind == 4:
            other = rng.choice(SEEDS)
            text = text[:a] + other[rng.randrange(len(other)) :][:60] + text[a:]
        else:
            names = ("Int", "String", "T", "Query", "I", "U", "id", "x")
            text = text.replace(rng.choice(names), rng.choice(names), rng.randint(1, 3))
    return text


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(st.integers(0, len(SEEDS) - 1), min_size=1, max_size=3), st.integers(0, 2**32))
def test_mutated_documents_never_crash(picks: list[int], seed: int) -> None:
    texts = [mutate(SEEDS[pick], seed + n) for n, pick in enumerate(picks)]
    assert compose_text(*texts) < HANGS


def test_a_bug_of_composition_is_a_problem_and_no_exception(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(compose_module, "merge_types", fail)
    result = compose_module.compose([Subgraph("a", "", "type Query { a: Int }")])
    assert [problem.code for problem in result.errors] == ["INTERNAL"]
    assert not result.ok


def test_a_code_that_the_table_lacks_is_an_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def report(state: MergeState, *_: object) -> None:
        state.report("NEW_RULE", "this is forbidden", "Query.a")

    monkeypatch.setattr(compose_module, "check_merged_schema", report)
    result = compose_module.compose([Subgraph("a", "", "type Query { a: Int }")])
    assert [(p.code, p.message) for p in result.errors] == [
        ("ERROR_CODE_MISSING", "[NEW_RULE] this is forbidden")
    ]
    assert not result.ok


def test_rules_without_faults_make_no_problems_of_their_own() -> None:
    result = compose([Subgraph("a", "", "type Query { a: Int }")])
    assert not {"INTERNAL", "ERROR_CODE_MISSING"} & {p.code for p in result.errors}
    assert result.ok
