"""Compile a query plan to Python, once per operation and supergraph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import cast

import orjson

from reelgraph_federation.budget import Budget
from reelgraph_federation.planning.query_plan import EntityGroup, Fetch, QueryPlan
from reelgraph_router.execution.code.asked import UnaskedFinder
from reelgraph_router.execution.code.bailout import NAMES
from reelgraph_router.execution.code.conditions import Conditions
from reelgraph_router.execution.code.custom_scalars import has_custom_scalars
from reelgraph_router.execution.code.positions import Positions, analyse_positions, key_path
from reelgraph_router.execution.code.source import Source
from reelgraph_router.execution.fast_path.by_conditions import FastPathsByConditions
from reelgraph_router.execution.fast_path.compile import FastPath, compile_fast_path
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.execution.generated.write_collect import (
    write_collectors,
    write_representations,
)
from reelgraph_router.execution.generated.write_response import ShapeWriter
from reelgraph_router.execution.interpreter.collect import collect_objects
from reelgraph_router.execution.interpreter.contexts import contextual_group
from reelgraph_router.execution.interpreter.leave_out import RequestHeads, request_head
from reelgraph_router.execution.interpreter.represent import (
    MISSING,
    build_representation,
    regroup,
)
from reelgraph_router.execution.program import (
    Collect,
    FetchProgram,
    GroupProgram,
    Program,
    Represent,
    ShapeFunction,
)
from reelgraph_router.execution.tree.merge import is_plain
from reelgraph_router.execution.tree_state import Truths
from reelgraph_router.json_text import write_json

Names = dict[str, object]
TimeoutOf = Callable[[str], float]


def compile_plan(plan: QueryPlan, timeout_of: TimeoutOf, budget: Budget | None = None) -> Program:
    """Turn a plan into a program.

    `timeout_of` gives a subgraph's time limit in seconds. Pure: nothing is sent or kept. Raises
    OperationTooLargeError when the program comes to more than `budget` allows.
    """
    budget = budget or Budget()
    positions = analyse_positions(plan)
    conditions = Conditions()
    source = Source(budget)
    write_collectors(source, plan, positions)
    for fetch in plan.fetches:
        conditions.index(fetch.condition)
        write_representations(source, fetch, positions, conditions)
    shapes = ShapeWriter(source, positions, conditions)
    root = shapes.write_root(plan.shape)
    conditions.write_evaluator(source)
    names = _load(source)
    dependents, waits = _schedule(plan)
    by_conditions = bool(conditions) and plan.kind == "query" and not plan.deferred
    fast, why_not = (None, None) if by_conditions else _fast_path(plan, positions, budget)
    unasked = UnaskedFinder(plan, positions)
    return Program(
        plan=plan,
        fetches=tuple(
            _compile_fetch(
                fetch, plan, positions, conditions, names, dependents, timeout_of, unasked
            )
            for fetch in plan.fetches
        ),
        first=tuple(number for number, count in enumerate(waits) if count == 0),
        waits=waits,
        evaluate=_evaluator(conditions, names),
        shape=plan.shape,
        shape_function=cast("ShapeFunction", names[root]),
        memos=shapes.memos,
        nodes=len(positions.ordered),
        source=source.text(),
        keeps_digits=has_custom_scalars(plan),
        conditions=tuple(conditions.places),
        fast_path=fast,
        no_fast_path=why_not,
        fast_paths=FastPathsByConditions(plan, conditions.places, _needs_own_copies)
        if by_conditions
        else None,
    )


def _fast_path(
    plan: QueryPlan, positions: Positions, budget: Budget
) -> tuple[FastPath | None, str | None]:
    """The fast path of a plan without conditions, or why it has none."""
    try:
        return compile_fast_path(
            plan, positions, lambda group: _needs_own_copies(group, plan), budget
        ), None
    except UnsupportedPlan as error:
        return None, str(error)


def _load(source: Source) -> Names:
    names: Names = {
        "MISSING": MISSING,
        "build_representation": build_representation,
        "dumps": write_json,
        "regroup": regroup,
        "collect_objects": collect_objects,
        **NAMES,
        **source.constants,
    }
    source.load(names, "<query plan>")
    return names


def _schedule(plan: QueryPlan) -> tuple[dict[int, list[int]], tuple[int, ...]]:
    """Who waits for whom, and for how many."""
    dependents: dict[int, list[int]] = defaultdict(list)
    waits = []
    for fetch in plan.fetches:
        before = set(fetch.depends_on) | set(fetch.after)
        for other in before:
            dependents[other].append(fetch.id)
        waits.append(len(before))
    return dependents, tuple(waits)


def _evaluator(
    conditions: Conditions, names: Names
) -> Callable[[Mapping[str, object]], Truths] | None:
    if not conditions:
        return None
    return cast("Callable[[Mapping[str, object]], Truths]", names["evaluate"])


def _compile_fetch(
    fetch: Fetch,
    plan: QueryPlan,
    positions: Positions,
    conditions: Conditions,
    names: Names,
    dependents: Mapping[int, list[int]],
    timeout_of: TimeoutOf,
    unasked: UnaskedFinder,
) -> FetchProgram:
    place = positions.nodes[fetch.path] if fetch.path is not None else None
    return FetchProgram(
        id=fetch.id,
        subgraph=fetch.subgraph,
        head=request_head(fetch.operation, fetch.operation_name),
        timeout=timeout_of(fetch.subgraph),
        repeatable=fetch.kind == "query",
        variables=tuple((name, orjson.dumps(name) + b":") for name in fetch.variables),
        groups=tuple(
            _compile_group(fetch, number, group, plan, names, conditions, unasked)
            for number, group in enumerate(fetch.groups)
        ),
        truth=conditions.index(fetch.condition),
        dependents=tuple(dependents.get(fetch.id, ())),
        written=fetch.written,
        plain=is_plain(fetch.written),
        unasked=unasked.find([key_path(fetch.path) if fetch.path else ()], fetch.written),
        place=cast("Collect", names[f"collect_{place.index}"]) if place else None,
        heads=(
            RequestHeads(fetch.operation, fetch.operation_name)
            if any(group.contexts for group in fetch.groups)
            else None
        ),
    )


def _compile_group(
    fetch: Fetch,
    number: int,
    group: EntityGroup,
    plan: QueryPlan,
    names: Names,
    conditions: Conditions,
    unasked: UnaskedFinder,
) -> GroupProgram:
    return GroupProgram(
        alias=group.alias,
        variable=orjson.dumps(group.variable) + b":",
        represent=cast("Represent", names[f"represent_{fetch.id}_{number}"]),
        written=group.written,
        plain=is_plain(group.written),
        own_copies=_needs_own_copies(group, plan),
        unasked=unasked.find([key_path(path) for path in group.paths], group.written),
        contextual=contextual_group(group, conditions),
    )


def _needs_own_copies(group: EntityGroup, plan: QueryPlan) -> bool:
    """Whether something below the answer is written later, by place.

    Within one place, equal representations lead to equal later writes, so their answer is shared.
    Two places of one group, or contextual arguments below, may lead to different ones. Deeply
    merged keys are written into the answer itself, so it cannot be shared either.
    """
    composite = {written.key for written in group.written if written.children is not None}
    if any(written.shared for written in group.written):
        return True
    below = {(*key_path(place), key) for place in group.paths for key in composite}
    for fetch in plan.fetches:
        for other in fetch.groups:
            paths = [key_path(place) for place in other.paths]
            reaches = any(path[: len(b)] == b for path in paths for b in below)
            if reaches and (len(group.paths) > 1 or other.contexts):
                return True
    return False
