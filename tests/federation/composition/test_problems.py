"""Every code is raised by the cases of its file titled "raises", and by none titled "passes"."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from reelgraph_federation.problems import PROBLEM_KINDS

sys.path.insert(0, str(Path(__file__).parent))
from case_files import compare_or_update, describe, read_cases

TESTS = Path(__file__).parents[2]
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
FILES = sorted((Path(__file__).parent / "problems").glob("*.graphql"))

FAULTS = "router/test_faults.py::test_fault"
PLANNER = "federation/planning/test_planner.py"
ROBUSTNESS = "federation/composition/test_robustness.py"
NEVER_WITHOUT_BUGS = f"{ROBUSTNESS}::test_rules_without_faults_make_no_problems_of_their_own"

REFUSED = "federation/supergraph/test_refused_supergraphs.py"
ACCEPTED = f"{REFUSED}::test_accepted"
NOT_FROM_SDL = {
    "DOWNSTREAM_SERVICE_ERROR": (FAULTS, FAULTS),
    "ERROR_CODE_MISSING": (
        f"{ROBUSTNESS}::test_a_code_that_the_table_lacks_is_an_error_of_its_own",
        NEVER_WITHOUT_BUGS,
    ),
    "INVALID_FEDERATION_SUPERGRAPH": (f"{REFUSED}::test_what_is_no_supergraph", ACCEPTED),
    "UNSUPPORTED_FEDERATION_DIRECTIVE": (f"{REFUSED}::test_versions_that_are_not_known", ACCEPTED),
    "UNSUPPORTED_FEDERATION_VERSION": (
        f"{REFUSED}::test_documents_from_before_the_join_specification",
        ACCEPTED,
    ),
    "INTERNAL": (
        f"{ROBUSTNESS}::test_a_bug_of_composition_is_a_problem_and_no_exception",
        NEVER_WITHOUT_BUGS,
    ),
    "INVALID_SUBGRAPH_URL": (
        "federation/composition/test_subgraph_urls.py::test_urls_that_cannot",
        "federation/composition/test_subgraph_urls.py::test_urls_that_can_be_called",
    ),
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": (
        "federation/composition/test_satisfiability.py::test_limit_is_an_error_and_no_endless_search",
        "federation/composition/test_satisfiability.py::test_provided_key_lets_a_query_go_on",
    ),
    "NO_PLAN_FOUND_WITH_DISABLED_SUBGRAPHS": (
        f"{PLANNER}::test_a_field_of_a_disabled_subgraph_is_told",
        f"{PLANNER}::test_a_plan_does_without_a_disabled_subgraph",
    ),
    "QUERY_PLANNING_FAILED": (
        f"{PLANNER}::test_a_field_without_a_path_is_told",
        f"{PLANNER}::test_a_plan_does_without_a_disabled_subgraph",
    ),
    "QUERY_PLAN_COMPLEXITY_EXCEEDED": (
        f"{PLANNER}::test_the_budget_ends_the_search",
        f"{PLANNER}::test_steps_grow_with_the_operation_only",
    ),
    "QUERY_ROOT_MISSING": (
        "federation/composition/test_contracts.py::test_contract_without_queries_is_refused",
        "federation/composition/test_contracts.py::test_contract_shows_what_its_tags_let_through",
    ),
    "SUBGRAPH_ANSWER_INVALID": (FAULTS, FAULTS),
    "SUBGRAPH_ANSWER_TOO_LARGE": (FAULTS, FAULTS),
    "SUBGRAPH_HTTP_ERROR": (FAULTS, FAULTS),
    "SUBGRAPH_TIMEOUT": (FAULTS, FAULTS),
    "SUBGRAPH_UNAVAILABLE": (FAULTS, FAULTS),
}
"""Codes that composing SDL cannot raise: a test that raises them, and one where a neighbour does not."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_is_raised_where_it_should_be(path: Path, update_golden: bool) -> None:
    cases = read_cases(path)
    report = []
    verdicts = set()
    for case in cases:
        result = case.compose()
        verdict = case.title.partition(":")[0]
        verdicts.add(verdict)
        found = [p for p in (*result.errors, *result.hints) if p.code == path.stem]
        assert bool(found) == (verdict == "raises"), f"{case.title}\n{describe(result)}"
        for problem in (*result.errors, *result.hints):
            assert problem.remedy
            assert all(location.line > 0 and location.column > 0 for location in problem.locations)
        report.append(f"#! {case.title}\n{describe(result)}\n")
        if verdict == "passes":
            assert not result.errors, describe(result)
    assert verdicts == {"raises", "passes"}
    compare_or_update(path.with_suffix(".txt"), "\n".join(report), update_golden=update_golden)


def test_every_code_has_cases() -> None:
    assert set(PROBLEM_KINDS) == {path.stem for path in FILES} | set(NOT_FROM_SDL)


@pytest.mark.parametrize("code", NOT_FROM_SDL)
def test_cases_elsewhere_are_there(code: str) -> None:
    raising, neighbour = NOT_FROM_SDL[code]
    for test, names_code in ((raising, True), (neighbour, False)):
        file, _, function = test.partition("::")
        text = (TESTS / file).read_text()
        names = {node.name for node in ast.parse(text).body if isinstance(node, FUNCTIONS)}
        assert function in names, test
        assert code in text or not names_code, f"{file} does not look at {code}"
