"""The plan of every case under cases/: its text beside it, and an index of the behaviours that are held."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from case_runs import load
from graphql import parse, validate
from router_cases import CASES

from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import format_plan, plan_operation
from reelgraph_federation.supergraph import parse_supergraph

ROOT = Path(__file__).parents[2]
PLANS = Path(__file__).parent / "case_plans"
BEHAVIOURS = yaml.safe_load((Path(__file__).parent / "behaviours.yaml").read_text())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_plans(path: Path, update_golden: bool) -> None:
    case, sdl = load(path)
    supergraph = parse_supergraph(sdl)
    texts = []
    for number, operation in enumerate(case["operations"]):
        document = parse(operation["query"])
        assert validate(supergraph.api_schema, document) == []
        plan = plan_operation(supergraph, normalize_operation(supergraph, document))
        text = format_plan(plan)
        texts.append(f"--- {operation.get('name', number)}\n{text}")
    actual, golden = "\n".join(texts), PLANS / f"{path.stem}.plan"
    if update_golden:
        golden.write_text(actual)
    assert golden.exists(), f"{golden.name} is missing: run pytest --update-golden and look at it"
    assert actual == golden.read_text()


def test_every_plan_file_has_its_cases() -> None:
    assert {one.stem for one in PLANS.glob("*.plan")} == {one.stem for one in CASES}


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one["behaviour"])
def test_behaviour_has_its_cases(behaviour: dict[str, object]) -> None:
    cases = behaviour["cases"]
    assert isinstance(cases, list)
    assert cases, "no case holds it"
    for case in cases:
        kind, _, name = case.partition(": ")
        assert name, f"{case!r} is not `file: name of the operation`"
        assert exists(kind, name), f"{case} is not there"


def exists(kind: str, name: str) -> bool:
    """Tell whether there is a case: of a YAML file, of a file of plans, or a test function."""
    if kind.endswith(".py"):
        return f"def {name}(" in (ROOT / kind).read_text()
    if kind.startswith("plan "):
        path = ROOT / "tests/federation/planning/cases" / f"{kind.removeprefix('plan ')}.graphql"
        return path.is_file() and f"--- operation {name}" in path.read_text()
    path = Path(__file__).parent / (kind if kind.endswith(".yaml") else f"cases/{kind}.yaml")
    operations = yaml.safe_load(path.read_text())
    operations = operations["operations"] if isinstance(operations, dict) else operations
    return any(one.get("name") == name for one in operations)
