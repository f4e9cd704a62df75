"""The code that is written for two plans, to be read: what runs for each request."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_runs import compile_operation, load

HERE = Path(__file__).parent
PLANS = {
    "entities_in_many_places": ("shop", "the same entity in many places is asked once"),
    "requirements": ("shop", "requires, a null requirement, and an entity nobody knows"),
}


@pytest.mark.parametrize("name", PLANS)
def test_code(name: str, update_golden: bool) -> None:
    file, operation = PLANS[name]
    case, supergraph = load(HERE / "cases" / f"{file}.yaml")
    (found,) = [one for one in case["operations"] if one.get("name") == operation]
    program, _, _ = compile_operation(supergraph, found)
    parts = [f"# {found['query']}\n\n# Over the merged tree\n\n{program.source}"]
    path = program.fast_path
    while path is not None:
        parts.append(f"# Fast path{'' if path.folded else ', the last'}\n\n{path.source}")
        path = path.folded
    golden = HERE / "generated_code" / f"{name}.txt"
    actual = "\n".join(parts)
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(actual)
    assert golden.exists(), f"{golden.name} is missing: run pytest --update-golden and look at it"
    assert actual == golden.read_text()
    assert compile(actual, name, "exec")
