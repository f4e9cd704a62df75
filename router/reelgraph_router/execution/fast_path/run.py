"""One request's way through a plan that is compiled for the fast path."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from reelgraph_router.errors import GraphQLFault
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.code.bailout import BAILOUTS, Bailout, Reason, reason_for
from reelgraph_router.execution.fast_path.compile import FastPath
from reelgraph_router.execution.fast_path.replay import Replay
from reelgraph_router.execution.program import FetchProgram, Program
from reelgraph_router.execution.requests import make_request, pass_variables
from reelgraph_router.execution.schedule import Execution
from reelgraph_router.execution.tree.run import Run
from reelgraph_router.execution.way import Way
from reelgraph_router.json_text import LONG_NUMBER
from reelgraph_router.transport.headers import Headers
from reelgraph_router.transport.port import (
    Call,
    Outcome,
    SubgraphAnswer,
    Transport,
)

MISSED = 8
MANY_MISSES = 64
"""A plan whose answers are unusual more often than one in eight is answered over the merged tree at once."""

Sent = list[list[Any]]

_encode = msgspec.json.Encoder().encode
_log = logging.getLogger("reelgraph.router.execution")


def choose_fast_path(program: Program, variables: Mapping[str, object]) -> FastPath | None:
    """The fast path that fits the plan's answers of late; None where they were unusual mostly."""
    path = program.fast_path
    if program.fast_paths is not None and program.evaluate is not None:
        path = program.fast_paths.find(program.evaluate(variables))
    if path is None:
        return None
    habits = path.habits
    if habits.misses >= MANY_MISSES:
        habits.misses -= 1  # now and then it is tried again
        return None
    return path.folded or path if habits.repeats else path


class FastRun(Execution):
    """The state of one execution; like `Run`, which takes over when something is unusual."""

    __slots__ = (
        "_calls", "_headers", "_known", "_redaction", "_replay", "_substitute", "_transport", "body", "folds",
        "nodes", "path", "root", "variables",
    )  # fmt: skip

    def __init__(
        self,
        program: Program,
        path: FastPath,
        variables: Mapping[str, object],
        transport: Transport,
        headers: Headers,
        redaction: Redaction,
    ) -> None:
        super().__init__(program)
        self.path = path
        self.variables = variables
        self.root = path.root()
        self.nodes: list[list[Any] | None] = [None] * path.nodes
        self.folds: dict[int, list[Any]] = {}
        self.body: bytes | None = None
        self._transport = transport
        self._headers = headers
        self._redaction = redaction
        self._calls: dict[int, tuple[bytes, Call]] = {}
        self._known: dict[int, tuple[bytes, Outcome]] = {}
        self._substitute: Run | None = None
        self._replay: Replay | None = None

    def cancel(self) -> None:
        """Stop: nobody waits for the answer. `on_done` is not called any more."""
        super().cancel()
        if self._substitute is not None:
            self._substitute.cancel()

    def expire(self) -> None:
        """End now with what is there; what is under way fails as too late."""
        if self._substitute is None:
            self._bail_out()
        assert self._substitute is not None
        if not self.done:
            self._substitute.expire()

    @property
    def way(self) -> Way:
        """What made the answer."""
        return Way.FAST_PATH if self._substitute is None else self._substitute.way

    def complete(self) -> tuple[dict[str, object] | None, list[GraphQLFault]]:
        """The response's `data` and `errors` where there is no `body`: of the run over the merged tree."""
        assert self._substitute is not None
        return self._substitute.complete()

    # Scheduling

    def _begin(self, number: int) -> None:
        if self._substitute is not None:
            return
        try:
            started = self._send(self.program.fetches[number])
        except Exception as error:
            self._bail_out(error)
            return
        if not started:
            self._ended(self.program.fetches[number])

    def _finish(self) -> None:
        """All is there: make the response."""
        path = self.path
        try:
            if path.finish is not None:
                path.finish(self)
            self.body = _encode(path.response(k_data=self.root))
        except Exception as error:
            self._bail_out(error)
            return
        if path.habits.misses:
            path.habits.misses -= 1
        self._tell()

    # Sending and receiving

    def _send(self, fetch: FetchProgram) -> bool:
        """Send a fetch; False where there is nothing to ask."""
        made = self.path.fetches[fetch.id]
        if made is None:
            return False
        parts: list[bytes] = []
        sent: list[list[Any]] = []
        empty = True
        for variable, represent in made.represent:
            representations, targets = represent(self)
            if targets:
                empty = False
            parts.append(variable + representations)
            sent.append(targets)
        if sent and empty:
            return False
        pass_variables(fetch, self.variables, parts)
        request = make_request(fetch, fetch.head, parts, self._headers)
        call = self._transport.send(request, partial(self._receive, fetch, sent))
        self._calls[fetch.id] = (request.body, call)
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
            self._bail_out(error)
            return
        self._ended(fetch)

    def _take(self, fetch: FetchProgram, sent: Sent, outcome: Outcome) -> None:
        """Put an answer in place; raises whatever shows that it is unusual."""
        if outcome.__class__ is not SubgraphAnswer:
            raise Bailout(Reason.FAILED)
        made = self.path.fetches[fetch.id]
        assert made is not None
        if self.program.keeps_digits and LONG_NUMBER.search(outcome.body):
            raise Bailout(Reason.DIGITS)
        answer = made.decode(outcome.body)
        if answer.k_errors:
            raise Bailout(Reason.ERRORS)
        made.take(self, sent, answer.k_data)

    # Bailing out

    def _bail_out(self, reason: Exception | None = None) -> None:
        """Run again over the merged tree, with the answers that have arrived."""
        if reason is not None:
            self.bailouts += (reason_for(reason),)
            if not isinstance(reason, BAILOUTS):
                _log.error("the fast path through a plan failed", exc_info=reason)
        habits = self.path.habits
        habits.misses = min(habits.misses + MISSED, MANY_MISSES + MISSED * MISSED)
        fetches = self.program.fetches
        known = {(fetches[n].subgraph, body): found for n, (body, found) in self._known.items()}
        calls = {(fetches[n].subgraph, body): call for n, (body, call) in self._calls.items()}
        self._replay = Replay(self._transport, known, calls)
        self._substitute = Run(
            self.program, self.variables, self._replay, self._headers, self._redaction
        )
        self._substitute.start(lambda run: self._end_substitute())
        self._replay.drain()

    def _end_substitute(self) -> None:
        self._drop_calls()
        self._tell()

    def _drop_calls(self) -> None:
        for _, call in self._calls.values():
            call.cancel()
        self._calls.clear()
