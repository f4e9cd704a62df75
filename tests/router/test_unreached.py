"""What the supergraph of another composer may lack, and what a subgraph may answer that nothing is: null with an error."""

from __future__ import annotations

import orjson
import pytest
from case_runs import compile_operation, load, make_transport
from router_cases import CASES
from ways import WAYS, answer_by

from reelgraph_federation import Subgraph, compose
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.transport.memory import MemoryTransport

(BY_TYPE,) = [path for path in CASES if path.stem == "interface_fields_by_type"]
KEY = '@join__type(graph: TWO, key: "id")'


@pytest.mark.parametrize("way", WAYS)
async def test_a_field_that_only_some_types_reach(way: str) -> None:
    case, sdl = load(BY_TYPE)
    head, rack, rest = sdl.partition("type Rack ")
    assert KEY in rest
    sdl = head + rack + rest.replace(KEY, KEY.replace(")", ", resolvable: false)"), 1)
    operation = {"query": "{ shelves { box { size { width height } } __typename } }"}
    program, variables, schema = compile_operation(sdl, operation)
    try:
        answered = await answer_by(way, program, variables, make_transport(case), schema)
    except UnsupportedPlan:
        return
    assert orjson.loads(answered.body) == {
        "data": {
            "shelves": [
                {"box": None, "__typename": "Rack"},
                {"box": {"size": {"width": 5, "height": 50}}, "__typename": "Bookcase"},
            ]
        },
        "errors": [
            {
                "message": "No subgraph that can be reached resolves Rack.box of this object.",
                "path": ["shelves", 0, "box"],
                "extensions": {"code": "QUERY_PLANNING_FAILED"},
            }
        ],
    }


SDL = """
type Query { mood: Mood moods: [Mood] thing: Thing }
enum Mood { CALM SORE }
union Thing = Cup | Jar
type Cup { size: Int }
type Jar { size: Int }
"""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "answer", "data", "path"),
    [
        ("{ mood }", {"mood": "ODD"}, {"mood": None}, ["mood"]),
        ("{ moods }", {"moods": ["CALM", "ODD"]}, {"moods": ["CALM", None]}, ["moods", 1]),
        (
            "{ thing { ... on Cup { size } } }",
            {"thing": {"__typename": "Plate"}},
            {"thing": None},
            ["thing"],
        ),
        (
            "{ thing { __typename } }",
            {"thing": {"__typename": "Plate"}},
            {"thing": None},
            ["thing"],
        ),
    ],
)
async def test_what_the_supergraph_does_not_know(way, query, answer, data, path) -> None:
    composed = compose([Subgraph("a", "http://a.example", SDL)])
    assert composed.supergraph_sdl is not None
    program, variables, schema = compile_operation(composed.supergraph_sdl, {"query": query})
    transport = MemoryTransport({"a": lambda request: {"data": answer}})
    try:
        answered = await answer_by(way, program, variables, transport, schema)
    except UnsupportedPlan:
        return
    found = orjson.loads(answered.body)
    assert found["data"] == data
    assert [(one["path"], one["extensions"]["code"]) for one in found["errors"]] == [
        (path, "INVALID_VALUE")
    ]
