"""Only what was asked is merged, in every way: cases come out the same where subgraphs send more."""

from __future__ import annotations

import orjson
import pytest
from case_runs import compile_operation, handlers, load
from extra_fields import KINDS, Extra, names_in, with_extra_fields
from router_cases import CASES
from ways import WAYS, answer_by

from reelgraph_router.errors import RequestError
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan

OPEN = {
    # A plan does not tell under which condition a fetch asks for a key.
    ("contexts_of_the_representation", "under a condition that does not hold nothing is taken"),
    # Two answers meet in one object, and one of them does not tell its type.
    ("external_keys", "in a list"),
    ("external_keys", "as the key of a jump"),
}
"""Where a field is still merged that was not asked of an object, and why."""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_extra_fields_change_nothing(path):
    case, supergraph = load(path)
    added = compared = 0
    for operation in case["operations"]:
        if (path.stem, operation.get("name")) in OPEN:
            continue
        try:
            program, variables, schema = compile_operation(supergraph, operation)
        except RequestError:
            continue
        for way, kind in [(way, kind) for way in WAYS for kind in KINDS]:
            extra = Extra(names_in(program), kind)
            transport = with_extra_fields(handlers(case), extra)
            try:
                answered = await answer_by(way, program, variables, transport, schema)
            except UnsupportedPlan:
                continue
            named = f"{operation.get('name')}, {way}, {kind}: {transport.calls}"
            assert orjson.loads(answered.body) == operation["answer"], named
            compared += 1
            added += extra.added
    assert compared
    assert added
