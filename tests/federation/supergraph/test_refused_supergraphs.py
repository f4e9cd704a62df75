"""Documents that cannot be read as supergraphs: what is said, where, and what to do.

Each file in refused/ has its message beside it; the files accepted*.graphql, which most of them were
made from by one change, are read without a problem.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reelgraph_federation.problem_kinds import PROBLEM_KINDS
from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph

HERE = Path(__file__).parent
REFUSED = sorted((HERE / "refused").glob("*.graphql"))
ACCEPTED = sorted(HERE.glob("accepted*.graphql"))


def code_of(name: str) -> str:
    with pytest.raises(InvalidSupergraphError) as caught:
        parse_supergraph((HERE / "refused" / f"{name}.graphql").read_text())
    return caught.value.code


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_refused(path: Path, update_golden: bool) -> None:
    with pytest.raises(InvalidSupergraphError) as caught:
        parse_supergraph(path.read_text())
    expected = path.with_suffix(".txt")
    if update_golden:
        expected.write_text(f"{caught.value}\n")
    assert f"{caught.value}\n" == expected.read_text()
    assert {one.code for one in caught.value.problems} <= set(PROBLEM_KINDS)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_accepted(path: Path) -> None:
    supergraph = parse_supergraph(path.read_text())
    assert list(supergraph.subgraphs) == ["a", "b"]


def test_what_is_no_supergraph() -> None:
    for name in ("empty", "subgraph", "truncated", "unknown_graph"):
        assert code_of(name) == "INVALID_FEDERATION_SUPERGRAPH"


def test_documents_from_before_the_join_specification() -> None:
    assert code_of("before_join") == "UNSUPPORTED_FEDERATION_VERSION"


def test_versions_that_are_not_known() -> None:
    for name in ("unknown_join_version", "unknown_version_of_a_feature"):
        assert code_of(name) == "UNSUPPORTED_FEDERATION_DIRECTIVE"


def test_features_that_must_be_understood() -> None:
    assert code_of("unknown_feature_for_security") == "UNSUPPORTED_LINKED_FEATURE"
