"""Every code is raised by the cases of its file titled "raises", and by none titled "passes"."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reelgraph_federation.problems import PROBLEM_KINDS

sys.path.insert(0, str(Path(__file__).parent))
from case_files import compare_or_update, describe, read_cases

FILES = sorted((Path(__file__).parent / "problems").glob("*.graphql"))

NOT_FROM_SDL = {
    "DOWNSTREAM_SERVICE_ERROR": "raised where a subgraph is asked over the network",
    "INTERNAL": "raised by a bug only; test_robustness.py forces one",
    "INVALID_FEDERATION_SUPERGRAPH": "raised on reading supergraphs",
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": "raised with a small limit in test_satisfiability.py",
    "QUERY_ROOT_MISSING": "raised by contracts, in test_contracts.py",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_is_raised_where_it_should_be(path: Path) -> None:
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
    compare_or_update(path.with_suffix(".txt"), "\n".join(report))


def test_every_code_has_cases() -> None:
    assert set(PROBLEM_KINDS) == {path.stem for path in FILES} | set(NOT_FROM_SDL)
