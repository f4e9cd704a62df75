"""How results are written: each format of the same check, as golden files."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reelgraph_federation.problems import Problem, Severity, SourceLocation
from reelgraph_federation.schema_changes import ChangeKind, Criticality, UsageHit
from reelgraph_registry.cli.output import render_check
from reelgraph_registry.domain.change_result import ChangeResult
from reelgraph_registry.domain.check import Check, Finding, HintResult
from reelgraph_registry.domain.json_form import check_from_dict, check_to_dict

GOLDEN = Path(__file__).parent / "output"
HERE = SourceLocation("titles", "a,b/titles.graphql", 12, 3)
HITS = tuple(UsageHit("web", f"1.{n}", "Home", 9 - n) for n in range(7))
FAILING = Check(
    id="c1",
    graph="films",
    variant="main",
    subgraphs=("titles",),
    base_version="4-abc",
    errors=(),
    hints=(
        HintResult(
            Problem(
                "INCONSISTENT_INPUT_OBJECT_FIELD",
                Severity.WARN,
                "100% of it\nis left out",
                "Define it everywhere.",
                "Find.words",
                (HERE,),
            ),
            False,
        ),
    ),
    changes=(
        ChangeResult(
            ChangeKind.FIELD_REMOVED,
            Criticality.BREAKING,
            "Title.name",
            "",
            "The field 'Title.name' was removed.",
            "42 of 50 recorded operations use 'Title.name'.",
            False,
            HITS,
            HERE,
        ),
        ChangeResult(
            ChangeKind.UNION_MEMBER_ADDED,
            Criticality.DANGEROUS,
            "Found",
            "Person",
            "The member 'Person' was added to the union 'Found'.",
            "",
            True,
        ),
        ChangeResult(
            ChangeKind.SCHEMA_MUTATION_TYPE_CHANGED,
            Criticality.SAFE,
            "",
            "mutation",
            "The schema now has a mutation type, 'Mutation'.",
            "",
            True,
        ),
    ),
    findings=(Finding("search", "The template films needs Title.name.", "Title.name", False),),
    author="ann",
    created_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)
ERROR = Problem(
    "INVALID_GRAPHQL", Severity.ERROR, "It is wrong.", "Write it right.", None, (HERE, HERE)
)
BROKEN = Check("", "films", "main", ("titles",), None, (ERROR,), (), (), (), "", FAILING.created_at)
PASSING = Check("", "films", "main", ("a", "b"), None, (), (), (), (), "", FAILING.created_at)


@pytest.mark.parametrize("output_format", ["text", "json", "github", "gitlab"])
@pytest.mark.parametrize(
    ("name", "check"), [("failing", FAILING), ("broken", BROKEN), ("passing", PASSING)]
)
def test_formats(name: str, check: Check, output_format: str, update_golden: bool) -> None:
    golden = GOLDEN / f"{name}.{output_format}"
    text = render_check(check, output_format) + "\n"
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("check", [FAILING, BROKEN, PASSING])
def test_json_reads_back(check: Check) -> None:
    assert check_from_dict(json.loads(json.dumps(check_to_dict(check)))) == check
