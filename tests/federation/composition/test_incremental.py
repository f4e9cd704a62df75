"""Composing again after edits gives byte for byte what composing anew gives, whatever was edited."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from benchmarks.composition.generate import Abstract, Wild, large
from reelgraph_federation import Composer, CompositionResult, Subgraph, compose

sys.path.insert(0, str(Path(__file__).parent))
from case_files import read_cases

CASES = [
    case
    for path in sorted((Path(__file__).parent / "problems").glob("*.graphql"))
    for case in read_cases(path)
]
SEEDS = int(os.environ.get("REELGRAPH_EDIT_SEEDS", "20"))
"""How many sets of each kind are edited, eight times each."""

WORDS = (
    ("Int", "String"),
    ("String", "Int!"),
    ("ID!", "ID"),
    ("ONE", "ONE FOUR"),
    (" @shareable", ""),
    (" @external", ""),
    ("@inaccessible", '@tag(name: "t9")'),
    ('"id"', '"id __typename"'),
    ("id: ID!", "id: ID! extra: Int @deprecated"),
    ("type Place", "type Alpha"),
    ("interface Node", "union Node = Alpha #"),
    (" implements Node", ""),
    ("type ", '"described" type '),
)


def outcome(result: CompositionResult) -> tuple[object, ...]:
    return (result.supergraph_sdl, result.errors, result.hints)


def edited(text: str, rng: random.Random) -> str:
    """Change a word, or drop, double or move a line."""
    if rng.random() < 0.6:
        old, new = rng.choice(WORDS)
        return text.replace(old, new, rng.choice((1, 1, 3, -1)))
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    kind = rng.randrange(3)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[at])
    else:
        lines.append(lines.pop(at))
    return "\n".join(lines)


def edit(subgraphs: dict[str, str], rng: random.Random) -> dict[str, str]:
    """The set after one more edit: of a text, a subgraph replaced, one more, one less."""
    current = dict(subgraphs)
    name = rng.choice(sorted(current))
    kind = rng.random()
    if kind < 0.75:
        current[name] = edited(current[name], rng)
    elif kind < 0.85:
        current[name] = rng.choice(Wild(rng.randrange(10**6)).subgraphs())[1]
    elif kind < 0.92 and len(current) > 1:
        del current[name]
    else:
        current[f"{name}{len(current)}"] = current[name]
    return current


def check(composer: Composer, subgraphs: dict[str, str]) -> bool:
    given = [Subgraph(name, f"http://{name}.example", text) for name, text in subgraphs.items()]
    again = composer.compose(given)
    assert outcome(again) == outcome(compose(given))
    return again.ok


@pytest.mark.parametrize("kind", [Wild, Abstract])
def test_random_edits(kind: type[Wild]) -> None:
    good = 0
    for seed in range(SEEDS):
        rng, composer = random.Random(seed), Composer()
        current = dict(kind(seed).subgraphs())
        history = [current]
        check(composer, current)
        for _ in range(8):
            current = edit(current, rng)
            if check(composer, current):
                good += 1
                history.append(current)
            elif rng.random() < 0.7:
                current = rng.choice(history)
                check(composer, current)
    assert good > SEEDS // 2  # Else the proof and the printing were hardly looked at.


def test_cases_of_all_codes_one_after_the_other() -> None:
    assert CASES
    composer = Composer()
    for case in CASES:
        again = composer.compose(case.subgraphs)
        assert outcome(again) == outcome(compose(case.subgraphs)), case.title


def test_subgraphs_of_cases_mixed() -> None:
    rng = random.Random(7)
    composer = Composer()
    current = {each.name: each for each in CASES[0].subgraphs}
    for _ in range(300):
        case = rng.choice(CASES)
        if rng.random() < 0.3:
            current = {each.name: each for each in case.subgraphs}
        else:
            each = rng.choice(case.subgraphs)
            current[each.name] = each
        if len(current) > 4:
            del current[rng.choice(sorted(current))]
        given = list(current.values())
        assert outcome(composer.compose(given)) == outcome(compose(given))


def test_edits_of_a_large_set() -> None:
    """One field more, a type of many subgraphs changed, a breach, its mending."""
    subgraphs = dict(large(8, 60, 10))
    composer = Composer()
    first = sorted(subgraphs)[0]
    text = subgraphs[first]
    changes = [
        text,
        text.replace("total: Int!", "total: Int! added: Int"),
        text.replace("after: String", "after: String! more: Int"),
        text.replace("type Query {", "type Query { one: Int other: Cursor"),
        text.replace('@key(fields: "id")', '@key(fields: "id", resolvable: false)'),
        text.replace("ONE TWO THREE", "ONE"),
        text.replace("id: ID!", "id: ID! @external"),
        text,
    ]
    verdicts = [check(composer, {**subgraphs, first: change}) for change in changes]
    assert set(verdicts) == {True, False}


def test_memory_does_not_grow_with_edits() -> None:
    composer = Composer()
    base = [Subgraph("a", "", "type Query { a: Int }")]
    for number in range(50):
        text = f"type Query {{ t{number}: T{number} }} type T{number} {{ x: I{number} }} enum I{number} {{ A }}"
        result = composer.compose([*base, Subgraph("b", "", text)])
        assert result.supergraph_sdl
    memory = composer._memory
    kept = (
        memory.merge.types,
        memory.merge.fields,
        memory.proof.types,
        memory.printing.texts.results,
        memory.printing.applied.results,
    )
    assert all(len(each) <= 3 for each in kept)
