"""One request's way through a plan that is compiled for the quick way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import orjson

from reelgraph_router.errors import GraphQLFault
from reelgraph_router.execution.generate_shape import Unusual
from reelgraph_router.execution.program import FetchProgram, Program
from reelgraph_router.execution.read_answer import Redaction
from reelgraph_router.execution.run import Run
from reelgraph_router.execution.scheduled import Scheduled
from reelgraph_router.execution.typed.compile import TypedProgram
from reelgraph_router.execution.typed.replay import Replay
from reelgraph_router.transport.port import (
    Call,
    Outcome,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)

MISSED = 8
MANY_MISSES = 64
"""A plan whose answers are unusual more often than one in eight goes the ordinary way at once."""

UNUSUAL = (
    Unusual, msgspec.MsgspecError, TypeError, KeyError, IndexError, AttributeError,
    OverflowError,
)  # fmt: skip
"""What generated code raises at data that need care; anything else is a fault of ours, and logged."""

Sent = list[list[Any]]

_encode = msgspec.json.Encoder().encode
_log = logging.getLogger("reelgraph.router.execution")


def quick_way(program: Program, variables: Mapping[str, object]) -> TypedProgram | None:
    """The quick way that fits the plan's answers of late; None where they were unusual mostly."""
    typed = program.typed
    if program.quick_ways is not None and program.evaluate is not None:
        typed = program.quick_ways.find(program.evaluate(variables))
    if typed is None:
        return None
    habits = typed.habits
    if habits.misses >= MANY_MISSES:
        habits.misses -= 1  # now and then it is tried again
        return None
    return typed.folded or typed if habits.repeats else typed


class TypedRun(Scheduled):
    """The state of one execution; like `Run`, which takes over when something is unusual."""

    __slots__ = (
        "_calls", "_careful", "_headers", "_known", "_on_done", "_redaction", "_replay", "_transport", "body",
        "done", "folds", "nodes", "root", "typed", "variables",
    )  # fmt: skip

    def __init__(
        self,
        program: Program,
        typed: TypedProgram,
        variables: Mapping[str, object],
        transport: Transport,
        headers: bytes,
        redaction: Redaction,
    ) -> None:
        super().__init__(program)
        self.typed = typed
        self.variables = variables
        self.root = typed.root()
        self.nodes: list[list[Any] | None] = [None] * typed.nodes
        self.folds: dict[int, list[Any]] = {}
        self.done = False
        self.body: bytes | None = None
        self._transport = transport
        self._headers = headers
        self._redaction = redaction
        self._calls: dict[int, tuple[bytes, Call]] = {}
        self._known: dict[int, tuple[bytes, Outcome]] = {}
        self._careful: Run | None = None
        self._replay: Replay | None = None
        self._on_done: Callable[[TypedRun], None] | None = None

    def start(self, on_done: Callable[[TypedRun], None]) -> None:
        """Send the first fetches; `on_done` may be called before this returns."""
        self._on_done = on_done
        self._begin_first()

    def cancel(self) -> None:
        """Stop: nobody waits for the answer. `on_done` is not called any more."""
        self.done = True
        self._on_done = None
        if self._careful is not None:
            self._careful.cancel()
        self._drop_calls()

    def expire(self) -> None:
        """End now with what is there; what is under way fails as too late."""
        if self._careful is None:
            self._go_carefully()
        assert self._careful is not None
        if not self.done:
            self._careful.expire()

    def complete(self) -> tuple[dict[str, object] | None, list[GraphQLFault]]:
        """The response's `data` and `errors` where there is no `body`: the ordinary run's."""
        assert self._careful is not None
        return self._careful.complete()

    # Scheduling

    def _begin(self, number: int) -> None:
        if self._careful is not None:
            return
        try:
            started = self._send(self.program.fetches[number])
        except Exception as error:
            self._go_carefully(error)
            return
        if not started:
            self._ended(self.program.fetches[number])

    def _finish(self) -> None:
        """All is there: make the response."""
        typed = self.typed
        try:
            if typed.finish is not None:
                typed.finish(self)
            self.body = _encode(typed.response(k_data=self.root))
        except Exception as error:
            self._go_carefully(error)
            return
        if typed.habits.misses:
            typed.habits.misses -= 1
        self._tell()

    def _tell(self) -> None:
        if not self.done:
            self.done = True
            # Let go of it, as `Run` does: circles would wait for the garbage collector.
            on_done, self._on_done = self._on_done, None
            assert on_done is not None
            on_done(self)

    # Sending and receiving

    def _send(self, fetch: FetchProgram) -> bool:
        """Send a fetch; False where there is nothing to ask."""
        typed = self.typed.fetches[fetch.id]
        if typed is None:
            return False
        parts: list[bytes] = []
        sent: list[list[Any]] = []
        empty = True
        for variable, represent in typed.represent:
            representations, targets = represent(self)
            if targets:
                empty = False
            parts.append(variable + representations)
            sent.append(targets)
        if sent and empty:
            return False
        variables = self.variables
        for name, head in fetch.variables:
            if name in variables:
                parts.append(head + orjson.dumps(variables[name]))
        body = fetch.head + b",".join(parts) + b"}}"
        request = SubgraphRequest(
            fetch.subgraph, body, self._headers, fetch.timeout, fetch.repeatable
        )
        call = self._transport.send(request, partial(self._receive, fetch, sent))
        self._calls[fetch.id] = (body, call)
        return True

    def _receive(self, fetch: FetchProgram, sent: Sent, outcome: Outcome) -> None:
        if self.done:
            return
        body, _ = self._calls.pop(fetch.id)
        if self._replay is not None:
            self._replay.arrived((fetch.subgraph, body), outcome)
            return
        self._known[fetch.id] = (body, outcome)
        try:
            self._take(fetch, sent, outcome)
        except Exception as error:
            self._go_carefully(error)
            return
        self._ended(fetch)

    def _take(self, fetch: FetchProgram, sent: Sent, outcome: Outcome) -> None:
        """Put an answer in place; raises whatever shows that it is unusual."""
        if outcome.__class__ is not SubgraphAnswer:
            raise Unusual
        typed = self.typed.fetches[fetch.id]
        assert typed is not None
        answer = typed.decode(outcome.body)
        if answer.k_errors:
            raise Unusual
        typed.take(self, sent, answer.k_data)

    # The ordinary way

    def _go_carefully(self, reason: Exception | None = None) -> None:
        """Run again in the ordinary way, with the answers that have arrived."""
        if reason is not None and not isinstance(reason, UNUSUAL):
            _log.error("the quick way through a plan failed", exc_info=reason)
        habits = self.typed.habits
        habits.misses = min(habits.misses + MISSED, MANY_MISSES + MISSED * MISSED)
        fetches = self.program.fetches
        known = {(fetches[n].subgraph, body): found for n, (body, found) in self._known.items()}
        calls = {(fetches[n].subgraph, body): call for n, (body, call) in self._calls.items()}
        self._replay = Replay(self._transport, known, calls)
        self._careful = Run(
            self.program, self.variables, self._replay, self._headers, self._redaction
        )
        self._careful.start(lambda run: self._end_carefully())
        self._replay.drain()

    def _end_carefully(self) -> None:
        self._drop_calls()
        self._tell()

    def _drop_calls(self) -> None:
        for _, call in self._calls.values():
            call.cancel()
        self._calls.clear()
