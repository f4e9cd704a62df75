"""What composition writes: golden supergraphs, valid, the same in any order, read back unchanged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from graphql import assert_valid_schema, build_schema

from benchmarks.composition.every_place import queries, unplanned
from reelgraph_federation import Subgraph, compose
from reelgraph_federation.supergraph.parse_sdl import parse_supergraph

sys.path.insert(0, str(Path(__file__).parent))
from case_files import Case, compare_or_update, describe, read_cases

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "supergraphs").glob("*.graphql"))
PASSING = [
    pytest.param(case, id=f"{path.stem}: {case.title}"[:90])
    for path in (*GOLDEN, *sorted((HERE / "problems").glob("*.graphql")))
    for case in read_cases(path)
    if not case.title.startswith("raises")
]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_supergraph_is_as_written(path: Path, update_golden: bool) -> None:
    parts = []
    for case in read_cases(path):
        result = case.compose()
        assert result.ok, describe(result)
        assert result.supergraph_sdl
        links, _, rest = result.supergraph_sdl.partition("directive @link(")
        parts.append(f"{links}…\n{rest[rest.index('enum join__Graph') :]}")
        parts.append(f"# Hints\n\n{describe(result)}\n")
        parts.append(f"# API schema\n\n{result.api_schema_sdl}\n")
    compare_or_update(path.with_suffix(".txt"), "\n".join(parts), update_golden=update_golden)


@pytest.mark.parametrize("case", PASSING)
def test_supergraph_is_valid_and_reads_back(case: Case) -> None:
    result = case.compose()
    assert result.ok, describe(result)
    assert result.supergraph_sdl is not None
    assert result.api_schema_sdl is not None
    assert_valid_schema(build_schema(result.supergraph_sdl))
    assert_valid_schema(build_schema(result.api_schema_sdl))
    read = parse_supergraph(result.supergraph_sdl)
    assert result.supergraph is not None
    assert read.types == result.supergraph.types
    assert read.directives == result.supergraph.directives
    assert read.links == result.supergraph.links
    assert read.subgraphs == result.supergraph.subgraphs
    assert read.applied == result.supergraph.applied


@pytest.mark.parametrize("case", PASSING)
def test_what_composes_can_be_planned(case: Case) -> None:
    result = case.compose()
    assert result.supergraph is not None
    assert list(queries(result.supergraph.api_schema))
    assert unplanned(result.supergraph) == []


@pytest.mark.parametrize("case", PASSING)
def test_order_of_subgraphs_makes_no_difference(case: Case) -> None:
    turned = Case(case.title, case.subgraphs[::-1])
    one, other = case.compose(), turned.compose()
    assert one.supergraph_sdl == other.supergraph_sdl
    assert one.hints == other.hints


def test_hints_are_kept_when_composition_fails() -> None:
    result = compose(
        [
            Subgraph("a", "", 'type Query { x: Int @deprecated(reason: "1") }'),
            Subgraph("b", "", 'type Query { x: String @deprecated(reason: "2") }'),
        ]
    )
    assert [problem.code for problem in result.errors] == ["FIELD_TYPE_MISMATCH"]
    codes = [problem.code for problem in result.hints]
    assert codes == ["INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"]
    assert result.supergraph_sdl is None
    assert result.api_schema_sdl is None


def test_hints_that_shrink_the_api_are_told_apart() -> None:
    link = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: ["@shareable"])\n'
    )
    result = compose(
        [
            Subgraph("a", "", f'{link}type Query {{ "one" x(size: Int): Int @shareable }}'),
            Subgraph("b", "", f'{link}type Query {{ "two" x: Int @shareable }}'),
        ]
    )
    assert result.ok
    assert len(result.hints) == 2
    assert [hint.code for hint in result.shrinking] == ["INCONSISTENT_ARGUMENT_PRESENCE"]
