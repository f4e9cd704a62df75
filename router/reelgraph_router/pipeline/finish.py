"""From a finished run to the response's text."""

from __future__ import annotations

from reelgraph_router.execution.fast_path.run import FastRun
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.pipeline.respond import serialise_data, serialise_result
from reelgraph_router.pipeline.stages import ReadyOperation


def finish(run: Run | FastRun, operation: ReadyOperation) -> tuple[bytes, bool]:
    """Shape the response of a finished run and serialise it; tell whether it has errors."""
    if isinstance(run, FastRun) and run.body is not None:
        return run.body, False
    data, errors = run.complete()
    timeline = run.timeline if isinstance(run, Run) else None
    if not errors and timeline is None and operation.unauthorized is None:
        return serialise_data(data), False
    extensions: dict[str, object] = {}
    if timeline is not None:
        extensions["queryPlan"] = {"text": operation.plan_text, "fetches": timeline.to_json()}
    if operation.unauthorized is not None:
        errors = [*operation.unauthorized.tell(run.variables, extensions), *errors]
    return serialise_result(data, errors, extensions), bool(errors)
