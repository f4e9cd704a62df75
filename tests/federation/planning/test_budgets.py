"""Operations and supergraphs made to be hard: planned in a bounded search, or refused in words.

The bound of each is a number of steps, not of seconds: what it guards against is a search that
multiplies. Where an operation is refused, the message names a place and what to do.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import parse, validate

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import (
    OperationTooLargeError,
    TooManyConditionsError,
    normalize_operation,
)
from reelgraph_federation.planning import (
    PlanningBudgetError,
    QueryPlan,
    plan_operation,
    search_budget,
)
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@provides"])\n'
)


def composed(parts: list[str]) -> Supergraph:
    made = compose(
        [
            Subgraph(f"s{number:02}", f"http://s{number}", LINK + sdl)
            for number, sdl in enumerate(parts)
        ]
    )
    assert made.supergraph_sdl is not None, made.errors[:3]
    return parse_supergraph(made.supergraph_sdl)


def ring(size: int) -> Supergraph:
    """An entity that each subgraph knows by two keys, of which the next one knows the second."""
    parts = []
    for number in range(size):
        after = (number + 1) % size
        root = "type Query { top: T }\n" if number == 0 else ""
        parts.append(
            f'{root}type T @key(fields: "k{number}") @key(fields: "k{after}") {{'
            f" k{number}: ID! @shareable k{after}: ID! @shareable f{number}: Int }}"
        )
    return composed(parts)


def everywhere(size: int) -> Supergraph:
    """Two entities that point to each other, all of whose fields every subgraph resolves."""
    fields = "a: Int @shareable b: Int @shareable"
    parts = []
    for number in range(size):
        parts.append(
            "type Query { top: T @shareable }\n"
            f'type T @key(fields: "id") {{ id: ID! {fields} next: U @shareable t{number}: Int }}'
            f'type U @key(fields: "id") {{ id: ID! {fields} next: T @shareable u{number}: Int }}'
        )
    return composed(parts)


def circle(size: int) -> Supergraph:
    """A chain of requirements that goes to and fro between two subgraphs."""
    sdl = ["type Query { top: T }\n", ""]
    for side in (0, 1):
        sdl[side] += 'type T @key(fields: "id") { id: ID! '
        for number in range(size):
            if number % 2 == side:
                requires = f' @requires(fields: "r{number - 1}")' if number else ""
                sdl[side] += f"r{number}: Int{requires} "
            elif number + 1 < size:
                sdl[side] += f"r{number}: Int @external "
        sdl[side] += "}"
    return composed(sdl)


def fan(depth: int, width: int) -> Supergraph:
    """Requirements of which each needs several, level by level, in a subgraph a level."""
    parts = []
    for level in range(depth):
        sdl = "type Query { top: T }\n" if level == 0 else ""
        sdl += 'type T @key(fields: "id") { id: ID! '
        if level:
            below = " ".join(f"f{level - 1}x{one}" for one in range(width))
            sdl += " ".join(f"f{level - 1}x{one}: Int @external" for one in range(width)) + " "
            requires = f' @requires(fields: "{below}")'
        else:
            requires = ""
        sdl += " ".join(f"f{level}x{one}: Int{requires}" for one in range(width)) + " }"
        parts.append(sdl)
    return composed(parts)


def members(size: int) -> Supergraph:
    """An interface with many types, whose fields other subgraphs resolve type by type."""
    first = "type Query { top: [N] }\ninterface N { id: ID! next: [N] }\n"
    second = "interface N { id: ID! more: Int }\n"
    for one in range(size):
        first += (
            f'type M{one} implements N @key(fields: "id") {{ id: ID! next: [N] own{one}: Int }}\n'
        )
        second += f'type M{one} implements N @key(fields: "id") {{ id: ID! more: Int }}\n'
    return composed([first, second])


def nested(text: str, depth: int, inner: str) -> str:
    return (text + " { ") * depth + inner + " }" * depth


def multiplying(levels: int) -> str:
    """Fragments that each spread the next one twice, at other response names."""
    parts = ["{ top { ...F0 } }"]
    for one in range(levels):
        name = f"...F{one + 1}" if one + 1 < levels else "id"
        parts.append(
            f"fragment F{one} on T {{ a{one}: next {{ next {{ {name} }} }} b{one}: next {{ next {{ {name} }} }} }}"
        )
    return " ".join(parts)


def by_member(size: int, depth: int) -> str:
    inner = "id"
    for _ in range(depth):
        cases = " ".join(f"... on M{one} {{ next {{ {inner} }} more }}" for one in range(size))
        inner = f"id {cases}"
    return f"{{ top {{ {inner} }} }}"


def conditions(size: int) -> str:
    given = ", ".join(f"$v{one}: Boolean!" for one in range(size))
    fields = " ".join(
        f"x{one}: next @include(if: $v{one}) {{ u{one % 30} }}" for one in range(size)
    )
    return f"query ({given}) {{ top {{ {fields} }} }}"


def crossing(size: int) -> str:
    """One field under every combination of conditions."""
    given = ", ".join(f"$v{one}: Boolean!" for one in range(size))
    fields = " ".join(
        f"... @include(if: $v{one}) {{ ... @skip(if: $v{(one * 7 + 3) % size}) {{ next {{ u{one % 30} a }} }} }}"
        for one in range(size)
    )
    return f"query ({given}) {{ top {{ {fields} }} }}"


PLANNED: dict[str, tuple[Callable[[], Supergraph], str, int, int]] = {
    "keys in a ring of 30": (lambda: ring(30), "{ top { f29 f15 f1 } }", 16, 17),
    "a choice of 30 at each of 40 levels": (
        lambda: everywhere(30), "{ top { " + nested("next", 40, "a b") + " } }", 1, 1,
    ),
    "a field of each of 30 at each of 20 levels": (
        lambda: everywhere(30), "{ top { " + nested("next", 20, " ".join(f"t{one}" for one in range(30))) + " } }", 2, 30,
    ),
    "a circle of 40 requirements": (lambda: circle(40), "{ top { r39 } }", 40, 40),
    "requirements of five each, twelve levels": (lambda: fan(12, 5), "{ top { f11x0 } }", 12, 12),
    "2,000 aliases of an entity": (
        lambda: everywhere(5), "{ top { " + " ".join(f"a{one}: next {{ u{one % 5} }}" for one in range(2_000)) + " } }", 2, 6,
    ),
    "60 types, each asked for what it has elsewhere": (lambda: members(60), by_member(60, 1), 2, 2),
    "a nesting of 150": (lambda: everywhere(3), "{ top { " + nested("next", 150, "t1 t2") + " } }", 2, 3),
    "300 conditions": (lambda: everywhere(30), conditions(300), 2, 30),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANNED)
def test_hard_operations_are_planned(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, text, waves, calls = PLANNED[name]
    monkeypatch.setattr(search_budget, "STEPS_ALLOWED", 100_000)
    plan = planned(make(), text)
    assert max(fetch.wave for fetch in plan.fetches) + 1 <= waves
    assert len(plan.fetches) <= calls


REFUSED: dict[str, tuple[Callable[[], Supergraph], str, type[Exception], str]] = {
    "fragments that multiply": (lambda: everywhere(3), multiplying(22), OperationTooLargeError, "fragment"),
    "types that multiply": (lambda: members(40), by_member(40, 3), OperationTooLargeError, "split the operation"),
    "one field under 200 crossing conditions": (lambda: everywhere(30), crossing(200), TooManyConditionsError, "use fewer variables"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_multiplies_is_refused(name: str) -> None:
    make, text, error, said = REFUSED[name]
    with pytest.raises(error, match=said):
        planned(make(), text)


def test_the_budget_names_a_place_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_budget, "STEPS_ALLOWED", 60)
    with pytest.raises(PlanningBudgetError) as caught:
        planned(everywhere(20), "{ top { next { next { t1 t2 t3 t4 t5 } } } }")
    assert caught.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"
    assert caught.value.path == "top.next.next"
    assert "split the operation there" in str(caught.value)


def planned(supergraph: Supergraph, text: str) -> QueryPlan:
    document = parse(text, no_location=True)
    if len(text) < 50_000:
        assert validate(supergraph.api_schema, document) == []
    return plan_operation(supergraph, normalize_operation(supergraph, document))
