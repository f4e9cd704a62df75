"""Plans make the fewest calls: compared with a search that knows nothing of how plans are made."""

from __future__ import annotations

from itertools import combinations, islice
from pathlib import Path

import pytest
from graphql import parse

from reelgraph_federation.operations import normalize_operation
from tests.federation.planning.least_calls import Call, Search, UnsupportedError
from tests.federation.planning.measure_calls import compare, generated, measure
from tests.federation.planning.test_plans import CASES, read_case

MOST_TO_ENUMERATE = 9


NOT_COMPARED = {
    "contexts",
    "contexts_of_narrower_types",
    "contexts_of_the_representation",
    "contexts_with_other_directives",
    "deferred_keys",
    "interface_objects_alone",
    "mutations",
    "query_below_the_root",
    "subscriptions",
}
"""Cases of which the exhaustive search supports no operation."""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases_take_the_fewest_calls(path: Path) -> None:
    case = read_case(path)
    supergraph = case.supergraph()
    compared = []
    for name, one in case.operations.items():
        operation = normalize_operation(supergraph, parse(one.text), deferring=one.deferring)
        try:
            found = compare(supergraph, operation, one.labels)
        except UnsupportedError:
            continue
        assert (name, found.made) == (name, found.least)
        compared.append(name)
    assert bool(compared) == (path.stem not in NOT_COMPARED)


def test_generated_operations_take_the_fewest_calls() -> None:
    tally = measure(operations=150, seed=71_000)
    assert tally.fewer == tally.more_waves == 0, tally
    assert tally.more_calls <= 3, tally


def test_the_search_finds_what_trying_every_set_of_calls_finds() -> None:
    compared = 0
    for _, supergraph, operation in islice(generated(5), 60):
        try:
            search = Search(supergraph.query_graph, operation, frozenset())
            least = search.least()
        except UnsupportedError:
            continue
        calls = search.possible(least.waves)
        if len(calls) > MOST_TO_ENUMERATE:
            continue
        sizes = (
            size
            for size in range(len(calls) + 1)
            for chosen in combinations(calls, size)
            if search.is_enough(frozenset[Call](chosen))
        )
        assert next(sizes) == least.calls
        compared += 1
    assert compared >= 20
