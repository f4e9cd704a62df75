"""Each folder of cases/: old.graphql and new.graphql give the changes of expected.json."""

import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from reelgraph_federation.schema_changes import ChangeKind, find_changes

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
# A type system has no FIELD location, so comparing schemas cannot find these.
NEVER_IN_SCHEMAS = {
    ChangeKind.DIRECTIVE_USAGE_FIELD_ADDED,
    ChangeKind.DIRECTIVE_USAGE_FIELD_REMOVED,
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_finds_the_changes(case: Path, update_golden: bool) -> None:
    found = [
        [change.criticality, change.kind, change.coordinate, change.target, change.message]
        for change in find_changes(read(case / "old.graphql"), read(case / "new.graphql"))
    ]
    expected = case / "expected.json"
    if update_golden:
        rows = ",\n".join(f"  {json.dumps(row)}" for row in found)
        expected.write_text(f"[\n{rows}\n]\n" if rows else "[]\n")
    assert found == json.loads(expected.read_text())


def test_equal_schemas_have_no_changes() -> None:
    assert CASES
    for case in CASES:
        for name in ("old.graphql", "new.graphql"):
            assert find_changes(read(case / name), read(case / name)) == []


def test_every_kind_occurs_in_a_case() -> None:
    seen = {row[1] for case in CASES for row in json.loads((case / "expected.json").read_text())}
    assert seen == {kind.value for kind in ChangeKind if kind not in NEVER_IN_SCHEMAS}


def read(path: Path) -> GraphQLSchema:
    return build_schema(path.read_text())
