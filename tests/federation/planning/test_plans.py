"""Golden plans: subgraphs and operations in, plan texts and calls per subgraph out.

A case is one file: blocks headed `--- subgraph NAME` (SDL; the federation link is added unless it
brings its own), `--- operation NAME`, followed by `labels=a,b` (overrides in force) or
`defer=x,y` (`@defer` is obeyed; these variables hold in its `if`). Beside it stands the expected
plan of each operation, or why it is refused. `pytest --update-golden` writes them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from graphql import parse, validate

from reelgraph_federation import Subgraph, compose
from reelgraph_federation.operations import normalize_operation
from reelgraph_federation.planning import (
    PlanningError,
    format_plan,
    plan_operation,
    plan_to_json,
)
from reelgraph_federation.supergraph import Supergraph, parse_supergraph

CASES = sorted((Path(__file__).parent / "cases").glob("*.graphql"))
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject",'
    ' "@inaccessible", "@context", "@fromContext", "@tag"])\n'
)


@dataclass
class Operation:
    text: str
    labels: frozenset[str]
    deferring: frozenset[str] | None


@dataclass
class Case:
    subgraphs: dict[str, str] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)

    def supergraph(self) -> Supergraph:
        result = compose(
            [
                Subgraph(name, f"http://{name}", sdl if "federation/v" in sdl else LINK + sdl)
                for name, sdl in self.subgraphs.items()
            ]
        )
        assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
        return parse_supergraph(result.supergraph_sdl)


def read_case(path: Path) -> Case:
    case = Case()
    for block in path.read_text().split("\n--- ")[1:]:
        head, _, text = block.partition("\n")
        kind, name, *rest = head.split()
        if kind == "subgraph":
            case.subgraphs[name] = text
        else:
            given = dict(one.split("=") for one in rest)
            names = {key: frozenset(filter(None, text.split(","))) for key, text in given.items()}
            labels = names.get("labels", frozenset())
            case.operations[name] = Operation(text, labels, names.get("defer"))
    return case


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_plan(path: Path, update_golden: bool) -> None:
    case = read_case(path)
    supergraph = case.supergraph()
    actual = "\n".join(
        f"--- {name}\n{describe(supergraph, operation)}"
        for name, operation in case.operations.items()
    )
    golden = path.with_suffix(".plan")
    if update_golden:
        golden.write_text(actual)
    assert golden.exists(), f"{golden.name} is missing: run pytest --update-golden and look at it"
    assert actual == golden.read_text()


def describe(supergraph: Supergraph, operation: Operation) -> str:
    document = parse(operation.text)
    assert validate(supergraph.api_schema, document) == []
    normalized = normalize_operation(supergraph, document, deferring=operation.deferring)
    try:
        plan = plan_operation(supergraph, normalized, override_labels=operation.labels)
    except PlanningError as error:
        return f"refused: {error.code}: {error}\n"
    again = plan_operation(supergraph, normalized, override_labels=operation.labels)
    assert plan == again
    assert json.loads(json.dumps(plan_to_json(plan)))["node"] == "QueryPlan"
    calls = Counter(fetch.subgraph for fetch in plan.fetches)
    counted = ", ".join(f"{name} {number}" for name, number in sorted(calls.items()))
    return f"calls: {counted or 'none'}\n{format_plan(plan)}"
