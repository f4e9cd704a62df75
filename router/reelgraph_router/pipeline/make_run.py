"""Make the run of an operation, and have it counted."""

from __future__ import annotations

import time
from collections.abc import Mapping

from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.fast_path.run import FastRun, choose_fast_path
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.execution.tree.timeline import Timeline
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.request import ClientRequest
from reelgraph_router.pipeline.shared_runs import RunningRequest
from reelgraph_router.pipeline.stages import ReadyOperation
from reelgraph_router.transport.headers import Headers
from reelgraph_router.usage.count import UsageCounter


def make_run(
    graph: Graph,
    operation: ReadyOperation,
    request: ClientRequest,
    variables: Mapping[str, object],
    headers: Headers,
    introspection: Introspected | None,
) -> Run | FastRun:
    """The quickest run that can answer."""
    program = operation.program
    if operation.unauthorized is None and not request.include_plan:
        path = choose_fast_path(program, variables)
        if path is not None:
            return FastRun(program, path, variables, graph.transport, headers, graph.redaction)
    return Run(
        program, variables, graph.transport, headers, graph.redaction,
        introspection=introspection, timeline=Timeline() if request.include_plan else None,
    )  # fmt: skip


def count_at_end(
    usage: UsageCounter, running: RunningRequest, operation: ReadyOperation,
    request: ClientRequest, variables: Mapping[str, object],
) -> None:  # fmt: skip
    """Count a request when it is answered."""
    counted = operation.counted
    if counted is None:
        return
    started = time.perf_counter()

    def count(failed: bool) -> None:
        seconds = time.perf_counter() - started
        usage.count(counted, request.client, variables, seconds, failed=failed)

    running.counts.append(count)
