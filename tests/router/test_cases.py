"""Cases under cases/: subgraphs with data, operations, and what comes of them.

Each file is YAML: `subgraphs` (name → `sdl`, `data`) and `operations`, a list of `query`, optional
`variables`, and the expected `answer` and number of `calls` per subgraph. The router must answer so, and
so must each way of execution by itself. Which way really answered, and why another one did not, stands
under case_ways/. No answer may have a null without a reason (null_reasons.py).
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from case_runs import (
    calls_of,
    compile_operation,
    describe_calls,
    load,
    make_transport,
    operations_in,
    read,
)
from null_reasons import unexplained_nulls
from router_cases import CASES
from ways import WAYS, answer_by

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.errors import RequestError
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan

TOLD = Path(__file__).parent / "case_ways"


@pytest.mark.parametrize(("path", "number"), list(operations_in(CASES)))
async def test_case(path, number):
    case, supergraph = load(path)
    operation = case["operations"][number]
    transport = make_transport(case)
    router = await EmbeddedRouter.of(supergraph, transport)
    answer = await router.execute(operation["query"], operation.get("variables"))
    check(operation, answer, transport)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_each_way(path, way, update_golden):
    case, supergraph = load(path)
    told = []
    for number, operation in enumerate(case["operations"]):
        transport = make_transport(case)
        name = operation.get("name", number)
        try:
            program, variables, schema = compile_operation(supergraph, operation)
            answered = await answer_by(way, program, variables, transport, schema)
        except UnsupportedPlan as error:
            told.append(f"{name}: unsupported < {error}\n")
        except RequestError as error:
            check(operation, {"errors": [fault.to_json() for fault in error.faults]}, transport)
            told.append(f"{name}: refused before\n")
        else:
            answer = orjson.loads(answered.body)
            check(operation, answer, transport)
            graph, plan = read(supergraph), program.plan
            assert unexplained_nulls(graph, plan, variables, answer, transport.heard) == []
            told.append(f"{name}: {answered.tell()}\n")
    golden = TOLD / way.replace(", ", "-").replace(" ", "-") / f"{path.stem}.txt"
    if update_golden:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text("".join(told))
    assert golden.exists(), f"{golden.name} is missing: run pytest --update-golden and look at it"
    assert "".join(told) == golden.read_text()


def check(operation, answer, transport):
    """See whether an answer and the calls for it are as the case says."""
    assert answer == operation["answer"], describe_calls(transport.calls)
    assert orjson.dumps(answer) == orjson.dumps(operation["answer"]), "order of keys"
    assert calls_of(transport) == operation["calls"], describe_calls(transport.calls)
