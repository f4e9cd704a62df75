"""Cases under cases/: subgraphs with data, operations, and what comes of them.

Each file is YAML: `subgraphs` (name → `sdl`, `data`) and `operations`, a list of `query`, optional
`variables`, and the expected `answer` and number of `calls` per subgraph. Every answer must come out
equal from the generated code and from the careful completion.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import yaml
from simulated_subgraph import SimulatedSubgraph

from reelgraph_federation import Subgraph, compose
from reelgraph_router.embedded import EmbeddedRouter
from reelgraph_router.execution.complete import Completion
from reelgraph_router.execution.run import Run
from reelgraph_router.transport.memory import GraphQLRequest, MemoryTransport
from tests.router.support.case_files import CASES, subgraph_sdl


def load(path: Path):
    case = yaml.safe_load(path.read_text())
    result = compose(
        [
            Subgraph(name, f"http://{name}/", subgraph_sdl(s["sdl"]))
            for name, s in case["subgraphs"].items()
        ]
    )
    assert result.supergraph_sdl is not None, "\n".join(map(str, result.errors))
    return case, result.supergraph_sdl


def make_transport(case) -> MemoryTransport:
    def handler(spec):
        subgraph = SimulatedSubgraph(spec["sdl"], spec.get("data", {}))
        return lambda request: subgraph.execute(request.query, request.variables)

    return MemoryTransport({name: handler(spec) for name, spec in case["subgraphs"].items()})


def cases():
    for path in CASES:
        for number, operation in enumerate(yaml.safe_load(path.read_text())["operations"]):
            yield pytest.param(path, number, id=f"{path.stem}-{operation.get('name', number)}")


@pytest.mark.parametrize(("path", "number"), list(cases()))
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
    assert answer == operation["answer"], _describe(transport.calls)
    assert orjson.dumps(answer) == orjson.dumps(operation["answer"]), "order of keys"
    calls = {name: len(made) for name, made in transport.calls.items() if made}
    assert calls == operation["calls"], _describe(transport.calls)
    for run in runs:
        careful = Completion(run.faults, run.variables, run.introspection)
        data = careful.root(run.program.shape, run.root)
        assert orjson.loads(orjson.dumps(data)) == answer.get("data")


def _describe(calls: dict[str, list[GraphQLRequest]]) -> str:
    lines = [f"{name}: {one.query} {one.variables}" for name, made in calls.items() for one in made]
    return "\n".join(lines)
