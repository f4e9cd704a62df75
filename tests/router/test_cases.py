"""Cases under cases/: subgraphs with data, operations, and what comes of them.

Each file is YAML: `subgraphs` (name → `sdl`, `data`) and `operations`, a list of `query`, optional
`variables`, and the expected `answer` and number of `calls` per subgraph. Every answer must come out
equal from the generated code and from the careful completion.
"""

from __future__ import annotations

import orjson
import pytest
from case_runs import calls_of, describe_calls, load, make_transport, operations_in
from router_cases import CASES

from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.interpreter.complete import Completion
from reelgraph_router.execution.tree.run import Run


@pytest.mark.parametrize(("path", "number"), list(operations_in(CASES)))
async def test_case(path, number, monkeypatch):
    case, supergraph = load(path)
    operation = case["operations"][number]
    transport = make_transport(case)
    router = await EmbeddedRouter.of(supergraph, transport)
    runs: list[Run] = []
    complete = Run.complete

    def remember(run: Run):
        runs.append(run)
        return complete(run)

    monkeypatch.setattr(Run, "complete", remember)
    answer = await router.execute(operation["query"], operation.get("variables"))
    assert answer == operation["answer"], describe_calls(transport.calls)
    assert orjson.dumps(answer) == orjson.dumps(operation["answer"]), "order of keys"
    assert calls_of(transport) == operation["calls"], describe_calls(transport.calls)
    for run in runs:
        careful = Completion(run.faults, run.variables, run.introspection)
        data = careful.root(run.program.shape, run.root)
        assert orjson.loads(orjson.dumps(data)) == answer.get("data")
