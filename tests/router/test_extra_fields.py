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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_extra_fields_change_nothing(path, kind):
    case, supergraph = load(path)
    added = compared = 0
    for operation in case["operations"]:
        try:
            program, variables, schema = compile_operation(supergraph, operation)
        except RequestError:
            continue
        for way in WAYS:
            extra = Extra(names_in(program), kind)
            transport = with_extra_fields(handlers(case), extra)
            try:
                answered = await answer_by(way, program, variables, transport, schema)
            except UnsupportedPlan:
                continue
            named = f"{operation.get('name')}, {way}: {transport.calls}"
            assert orjson.loads(answered.body) == operation["answer"], named
            compared += 1
            added += extra.added
    assert compared
    assert added
