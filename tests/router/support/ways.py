"""Execute a plan by each way through it, by name, and tell which way answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema

from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.fast_path.compile import FastPath
from reelgraph_router.execution.fast_path.mixtures import UnsupportedPlan
from reelgraph_router.execution.fast_path.run import FastRun
from reelgraph_router.execution.interpreter.program import interpreted
from reelgraph_router.execution.program import Program
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.execution.way import Way
from reelgraph_router.pipeline.introspect import Introspection
from reelgraph_router.pipeline.respond import serialise_result
from reelgraph_router.transport.port import Transport

FOLDED = "fast path, folded"
"""The fast path for answers that repeat themselves."""

WAYS = ("fast path", FOLDED, "generated code", "interpreter")


@dataclass(frozen=True)
class Answered:
    """The response, which way made it, and why faster ones gave up."""

    body: bytes
    way: Way
    bailouts: tuple[str, ...]

    def tell(self) -> str:
        """What came of going this way, in words."""
        return " < ".join([self.way.value, *self.bailouts])


def find_fast_path(program: Program, variables: Mapping[str, object], *, folded: bool) -> FastPath:
    """The fast path for a request; raises UnsupportedPlan with the reason where there is none."""
    path = program.fast_path
    if program.fast_paths is not None and program.evaluate is not None:
        path = program.fast_paths.compile(program.evaluate(variables))
    if path is None:
        assert program.no_fast_path, "no reason is given"
        raise UnsupportedPlan(program.no_fast_path)
    if not folded:
        return path
    if path.folded is None:
        raise UnsupportedPlan("nothing to fold")
    return path.folded


async def answer_by(
    way: str,
    program: Program,
    variables: Mapping[str, object],
    transport: Transport,
    schema: GraphQLSchema,
) -> Answered:
    """Execute by one of `WAYS`; raises UnsupportedPlan where the way does not take the plan."""
    introspection = await Introspection(schema).answer(program.plan, variables)
    run: Run | FastRun
    if way in ("fast path", FOLDED):
        path = find_fast_path(program, variables, folded=way == FOLDED)
        run = FastRun(program, path, variables, transport, b"", Redaction())
    else:
        taken = interpreted(program) if way == "interpreter" else program
        run = Run(taken, variables, transport, b"", Redaction(), introspection=introspection)
    done = asyncio.get_running_loop().create_future()
    run.start(done.set_result)
    await done
    if isinstance(run, FastRun) and run.body is not None:
        return Answered(run.body, run.way, run.bailouts)
    body = serialise_result(*run.complete())
    return Answered(body, run.way, run.bailouts)
