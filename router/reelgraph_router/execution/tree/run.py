"""One request's way through a compiled plan.

Each fetch starts as soon as its own inputs are there. Everything happens in callbacks on the event loop:
a task a fetch would cost more than the fetch's own work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.introspected import Introspected
from reelgraph_router.execution.answers.read_answer import (
    AnswerFault,
    Redaction,
    explain,
    read_data,
)
from reelgraph_router.execution.code.asked import take_out
from reelgraph_router.execution.code.bailout import BAILOUTS, Reason, reason_for
from reelgraph_router.execution.interpreter.complete import Completion
from reelgraph_router.execution.interpreter.leave_out import RequestHeads
from reelgraph_router.execution.program import (
    FetchProgram,
    GroupProgram,
    Program,
    Sent,
    Targets,
    places_of,
)
from reelgraph_router.execution.requests import make_request, pass_variables
from reelgraph_router.execution.tree.contextual_requests import make_requests
from reelgraph_router.execution.tree.fallible_run import FallibleRun
from reelgraph_router.execution.tree.merge import write_entity, write_root
from reelgraph_router.execution.tree.take_errors import take_errors
from reelgraph_router.execution.tree.timeline import Timeline
from reelgraph_router.execution.tree_state import JsonObject
from reelgraph_router.execution.way import Way
from reelgraph_router.json_text import write_json
from reelgraph_router.transport.headers import Headers
from reelgraph_router.transport.port import (
    Call,
    Outcome,
    SubgraphAnswer,
    Transport,
    TransportFault,
)

_log = logging.getLogger("reelgraph.router.execution")


class Run(FallibleRun):
    """The state of one execution; `start` it, and `on_done` is called once with it."""

    __slots__ = (
        "_calls", "_headers", "_transport", "_unanswered", "introspection", "is_irregular", "memos", "nodes",
        "timeline", "truths", "variables", "way",
    )  # fmt: skip

    def __init__(
        self,
        program: Program,
        variables: Mapping[str, object],
        transport: Transport,
        headers: Headers,
        redaction: Redaction,
        *,
        introspection: Introspected | None = None,
        timeline: Timeline | None = None,
        root: JsonObject | None = None,
    ) -> None:
        super().__init__(program, {} if root is None else root, redaction)
        self.variables = variables
        self.nodes: list[list[JsonObject] | None] = [None] * program.nodes
        self.is_irregular = False
        self.way = Way.GENERATED
        """What made the answer, once it is complete."""
        self.truths = program.evaluate(variables) if program.evaluate is not None else ()
        self.memos: tuple[dict[int, object], ...] = ()
        self.introspection = introspection
        self.timeline = timeline
        self._transport = transport
        self._headers = headers
        self._calls: dict[tuple[int, int], tuple[Call, Sent]] = {}
        self._unanswered: dict[int, int] = {}

    # Scheduling

    def skip(self, number: int) -> None:
        """Count a fetch as done beforehand: the stream of a subscription."""
        self._waits[number] = -1
        self._remaining -= 1
        for dependent in self.program.fetches[number].dependents:
            self._waits[dependent] -= 1

    def take_event(self, event: SubgraphAnswer) -> None:
        """Take one event of a subscription as what its first fetch answered."""
        stream = self.program.fetches[0]
        self._take(stream, (), event)
        self.skip(0)

    def resume(self, on_done: Callable[[Run], None]) -> None:
        """Start after `skip`: with whatever fetches wait for nothing any more."""
        self._on_done = on_done
        ready = [number for number, waits in enumerate(self._waits) if waits == 0]
        if not self._remaining:
            self._finish()
        for number in ready:
            self._begin(number)

    def expire(self) -> None:
        """End now with what is there; what is under way fails as too late."""
        fault = GraphQLFault("The request took too long.", Code.TIMEOUT)
        for (number, _), (call, sent) in list(self._calls.items()):
            call.cancel()
            self.fail(self.program.fetches[number], sent, fault)
        self._calls.clear()
        self._finish()

    def _begin(self, number: int) -> None:
        fetch = self.program.fetches[number]
        try:
            started = self._send(fetch)
        except Exception:
            _log.exception("fetch %d to %s could not be made", number, fetch.subgraph)
            self._fail_internally(fetch, ())
            started = False
        if not started:
            self._ended(fetch)

    def _finish(self) -> None:
        self._tell()

    def _drop_calls(self) -> None:
        for call, _ in self._calls.values():
            call.cancel()
        self._calls.clear()

    # Sending

    def _send(self, fetch: FetchProgram) -> bool:
        """Send a fetch; False where there is nothing to ask."""
        if fetch.truth is not None and not self.truths[fetch.truth]:
            return False
        parts: list[bytes] = []
        sent: Sent = ()
        if fetch.groups:
            if fetch.heads is not None:
                return self._send_by_context(fetch, fetch.heads)
            sent = self._represent(fetch, parts)
            if not sent:
                return False
        elif fetch.place is not None and not fetch.place(self):
            return False
        self._post(fetch, fetch.head, parts, sent, 0)
        return True

    def _send_by_context(self, fetch: FetchProgram, heads: RequestHeads) -> bool:
        """Send a fetch with contextual arguments, once for each distinct set of their values."""
        requests = make_requests(self, fetch)
        self._unanswered[fetch.id] = len(requests)
        for number, one in enumerate(requests):
            head, used = heads.without(one.left_out)
            self._post(fetch, head, one.parts, tuple(one.sent), number, used)
        return bool(requests)

    def _post(
        self, fetch: FetchProgram, head: bytes, parts: list[bytes], sent: Sent, number: int,
        used: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Send one request of a fetch, usually its only one; `used` are the variables it takes."""
        pass_variables(fetch, self.variables, parts, used)
        request = make_request(fetch, head, parts, self._headers)
        if self.timeline is not None:
            self.timeline.begin(fetch.id, fetch.subgraph, request.body)
        call = self._transport.send(request, partial(self._receive, fetch, sent, number))
        self._calls[fetch.id, number] = (call, sent)

    def _represent(self, fetch: FetchProgram, parts: list[bytes]) -> Sent:
        """Add each group's representations to the variables; () when there is none at all."""
        sent = []
        empty = True
        for group in fetch.groups:
            representations, targets, one_to_one = group.represent(self)
            empty = empty and not representations
            parts.append(group.variable + write_json(representations))
            sent.append((group, targets, one_to_one))
        return () if empty else tuple(sent)

    # Receiving

    def _receive(self, fetch: FetchProgram, sent: Sent, number: int, outcome: Outcome) -> None:
        if self.done:
            return
        del self._calls[fetch.id, number]
        if self.timeline is not None:
            self.timeline.end(fetch.id, outcome)
        try:
            self._take(fetch, sent, outcome)
        except Exception:
            _log.exception("the answer of %s could not be taken in", fetch.subgraph)
            self._fail_internally(fetch, sent)
        if fetch.heads is not None:
            self._unanswered[fetch.id] -= 1
            if self._unanswered[fetch.id]:
                return
        self._ended(fetch)

    def _take(self, fetch: FetchProgram, sent: Sent, outcome: Outcome) -> None:
        if isinstance(outcome, TransportFault):
            self.fail(fetch, sent, explain(fetch.subgraph, outcome, self._redaction))
            return
        try:
            data, errors = read_data(outcome, keeps_digits=self.program.keeps_digits)
        except AnswerFault as fault:
            self.fail(fetch, sent, explain(fetch.subgraph, fault, self._redaction))
            return
        if data is not None:
            self._merge(fetch, sent, data)
            if self._blocked_below:
                self.block_what_came()
            for place, keys in self._blocked:
                for key in keys:
                    place.pop(key, None)
        if errors or data is None:
            take_errors(self, fetch, sent, data, errors, outcome, self._redaction)

    def _merge(self, fetch: FetchProgram, sent: Sent, data: JsonObject) -> None:
        if not fetch.groups:
            if fetch.unasked is not None:
                take_out(data, fetch.unasked)
            write_root(fetch, self.root_places(fetch), data)
            return
        for group, targets, one_to_one in sent:
            if targets:
                self._merge_group(fetch, group, targets, one_to_one, data.get(group.alias))

    def root_places(self, fetch: FetchProgram) -> Sequence[JsonObject]:
        """Where the answer of a fetch without entities goes."""
        return (self.root,) if fetch.place is None else fetch.place(self)

    def _merge_group(
        self, fetch: FetchProgram, group: GroupProgram, targets: Targets, one_to_one: bool,
        entities: object,
    ) -> None:  # fmt: skip
        if not isinstance(entities, list) or len(entities) != len(targets):
            self._fail_short(fetch, targets, entities)
            entities = entities if isinstance(entities, list) else []
        if group.unasked is not None:
            take_out(entities, group.unasked)
        if one_to_one and group.plain and not group.own_copies:
            for target, entity in zip(targets, entities, strict=False):
                if entity.__class__ is dict:
                    target.update(entity)  # type: ignore[union-attr]  # one to one: an object
                elif entity is not None:
                    self._fail_entity(fetch, target)
            return
        for target, entity in zip(targets, entities, strict=False):
            if entity.__class__ is dict:
                write_entity(group, places_of(target), entity)
            elif entity is not None:
                self._fail_entity(fetch, target)

    # The response

    def complete(self) -> tuple[JsonObject | None, list[GraphQLFault]]:
        """The response's `data` and `errors`, by the API schema."""
        if self.faults is not None:
            self.bailouts += (Reason.FAULTS.value,)
        elif self.program.shape_function is not None:
            self.memos = tuple([{} for _ in range(self.program.memos)])
            try:
                return self.program.shape_function(self, self.root), []
            except BAILOUTS as error:
                self.bailouts += (reason_for(error),)
        self.way = Way.INTERPRETER
        completion = Completion(self.faults, self.variables, self.introspection)
        data = completion.root(self.program.shape, self.root)
        completion.finish()
        return data, completion.errors
