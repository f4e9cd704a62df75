"""The check that nothing becomes null without a reason finds what it should."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from case_runs import compile_operation, load, make_transport, read
from null_reasons import unexplained_nulls
from router_cases import CASES

from reelgraph_router.embedded import EmbeddedRouter

Place = tuple[str | int, ...]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
async def test_each_null_that_is_put_into_an_answer_is_found(path):
    case, sdl = load(path)
    for operation in case["operations"]:
        answer = operation["answer"]
        if "errors" in answer or any(one is None for _, one in places(answer)):
            continue
        transport = make_transport(case)
        router = await EmbeddedRouter.of(sdl, transport)
        assert await router.execute(operation["query"], operation.get("variables")) == answer
        if any(one is None for heard in transport.heard for _, one in places(heard.answer)):
            continue  # a null that the client does not see may explain others
        program, variables, _ = compile_operation(sdl, operation)
        plan = program.plan
        own = told_by_router(plan.shape)
        for place, value in places(answer["data"]):
            if value is not None and not own.intersection(place):
                changed = {"data": without(answer["data"], place)}
                found = unexplained_nulls(read(sdl), plan, variables, changed, transport.heard)
                assert set(found) == {".".join(map(str, place))}


def told_by_router(shape: Any) -> set[str]:
    """The names under which the router itself tells something: a constant, or introspection."""
    found: set[str] = set()
    for field in getattr(shape, "fields", ()):
        if field.constant is not None or field.introspection:
            found.add(field.response_name)
        found |= told_by_router(field.shape)
    for _, one in getattr(shape, "possible", ()):
        found |= told_by_router(one)
    return found | (told_by_router(shape.item) if hasattr(shape, "item") else set())


def places(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every place of an answer below its root, with the value there."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield (*path, key), below
        if isinstance(below, dict | list):
            yield from places(below, (*path, key))


def without(data: Any, place: Place) -> Any:
    """The data with null at a place."""
    changed = copy.deepcopy(data)
    at = changed
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = None
    return changed
