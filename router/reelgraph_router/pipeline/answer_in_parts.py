"""Answer an operation with `@defer`: the first answer, then each part as it becomes ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault
from reelgraph_router.execution.incremental.deferred_run import DeferredRun
from reelgraph_router.execution.incremental.increments import FirstAnswer, Increments
from reelgraph_router.pipeline.graph import Graph
from reelgraph_router.pipeline.incremental_formats import IncrementalFormat
from reelgraph_router.pipeline.stages import ReadyOperation

_log = logging.getLogger("reelgraph.router.request")


async def answer_in_parts(
    graph: Graph,
    run: DeferredRun,
    operation: ReadyOperation,
    format_: IncrementalFormat,
    seconds: float,
) -> AsyncGenerator[bytes]:
    """The payloads of one answer, serialised.

    After so many seconds what is there is delivered and the rest fails. When the iterator is
    closed early, nothing more is asked of subgraphs.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    graph.enter()
    try:
        run.begin()
        while not run.is_first_ready:
            await _wait(run, deadline)
        increments = Increments(run)
        yield _first(increments.first(), run, operation, format_)
        while increments.is_waiting:
            while not increments.has_ready:
                await _wait(run, deadline)
            yield _more(increments, format_, run, operation)
    finally:
        if not run.done:
            run.cancel()
        graph.leave()


def _first(
    answer: FirstAnswer,
    run: DeferredRun,
    operation: ReadyOperation,
    format_: IncrementalFormat,
) -> bytes:
    """The first payload; it tells of everything that the caller may not have, deferred or not."""
    extensions = _plan(run, operation)
    if operation.unauthorized is not None:
        answer.errors[:0] = operation.unauthorized.tell(run.variables, extensions)
    return format_.first(answer, extensions)


def _more(
    increments: Increments,
    format_: IncrementalFormat,
    run: DeferredRun,
    operation: ReadyOperation,
) -> bytes:
    """The next payload; a fault of the router ends the answer, of which a part is sent already."""
    try:
        found = increments.take_ready()
        return format_.more(found, None if found.has_next else _plan(run, operation))
    except Exception:
        _log.exception("a deferred part failed inside the router")
        return format_.more(increments.fail(GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL)), None)


def _plan(run: DeferredRun, operation: ReadyOperation) -> dict[str, object]:
    """The plan and the times of its fetches so far, where the client asked for them."""
    if run.timeline is None:
        return {}
    return {"queryPlan": {"text": operation.plan_text, "fetches": run.timeline.to_json()}}


async def _wait(run: DeferredRun, deadline: float) -> None:
    """Wait until a fetch has ended, or the time is over."""
    try:
        async with asyncio.timeout_at(deadline):
            await run.changed.wait()
    except TimeoutError:
        run.expire()
    run.changed.clear()


async def begun(payloads: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Wait for the first payload, and return an iterator that gives it and the others."""
    first = await anext(payloads)
    return _continued(first, payloads)


async def _continued(first: bytes, payloads: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(payloads):
        yield first
        async for payload in payloads:
            yield payload
