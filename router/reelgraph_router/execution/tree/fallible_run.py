"""What a run notes where something failed, and what depends on it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from reelgraph_router.errors import INTERNAL_MESSAGE, Code, GraphQLFault
from reelgraph_router.execution.answers.faults import Faults, LocatedFault
from reelgraph_router.execution.answers.read_answer import AnswerFault, Redaction, explain
from reelgraph_router.execution.program import (
    FetchProgram,
    Program,
    Sent,
    Target,
    Targets,
    places_of,
)
from reelgraph_router.execution.schedule import Execution
from reelgraph_router.execution.tree_state import JsonObject


def objects_in(value: object) -> Iterator[JsonObject]:
    """The objects that a value is, or that its lists hold at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from objects_in(item)
    elif isinstance(value, dict):
        yield value


_log = logging.getLogger("reelgraph.router.execution")


class FallibleRun(Execution):
    """The faults of one execution, by the places in its tree that they concern."""

    __slots__ = ("_blocked", "_blocked_below", "_quiet", "_redaction", "faults", "root")

    def __init__(self, program: Program, root: JsonObject, redaction: Redaction) -> None:
        super().__init__(program)
        self.root = root
        self.faults: Faults | None = None
        self._redaction = redaction
        self._blocked: list[tuple[JsonObject, Sequence[str]]] = []
        self._blocked_below: list[tuple[JsonObject, Sequence[str], Sequence[LocatedFault]]] = []
        """What is blocked in objects that may not have come yet: from where, along which keys, why."""
        self._quiet: set[tuple[int, str]] = set()

    def record(self) -> Faults:
        """The faults of this run, to add to."""
        if self.faults is None:
            self.faults = Faults()
        return self.faults

    def root_places(self, fetch: FetchProgram) -> Sequence[JsonObject]:
        """Where the answer of a fetch without entities goes."""
        raise NotImplementedError

    def fail(self, fetch: FetchProgram, sent: Sent, fault: GraphQLFault) -> None:
        """Nothing came: one fault at each root field, or at each place of an entity."""
        faults = self.record()
        if fetch.groups:
            for _, targets, _ in sent:
                for target in targets:
                    for place in places_of(target):
                        faults.put(place, None, fault)
            return
        for place in self.root_places(fetch):
            for written in fetch.written:
                faults.put(place, written.key, fault)

    def _fail_internally(self, fetch: FetchProgram, sent: Sent) -> None:
        self.fail(fetch, sent, GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL))
        if not sent and fetch.groups:
            self.record().tell(GraphQLFault(INTERNAL_MESSAGE, Code.INTERNAL))

    def _fail_short(self, fetch: FetchProgram, targets: Targets, entities: object) -> None:
        given = len(entities) if isinstance(entities, list) else 0
        _log.warning(
            "%s answered %d representations with %d entities", fetch.subgraph, len(targets), given
        )
        for target in targets[given:]:
            self._fail_entity(fetch, target)

    def _fail_entity(self, fetch: FetchProgram, target: Target) -> None:
        fault = AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, "answered with an unexpected shape")
        told = explain(fetch.subgraph, fault, self._redaction)
        for place in places_of(target):
            self.record().put(place, None, told)

    def block(
        self,
        place: JsonObject,
        keys: Sequence[str],
        causes: Sequence[LocatedFault] = (),
        is_failure: bool = True,
    ) -> None:
        """Make the values at `keys` null: something they need failed, or was never fetched.

        What failed is told there, and not where a client that does not select it would see no null.
        Where nothing failed (a subgraph does not know the entity), there is nothing to tell.
        """
        self._blocked.append((place, keys))
        if not is_failure:
            self._quiet.update((id(place), key) for key in keys)
            return
        for cause in causes:
            cause.is_cause = True
        fault = (
            causes[0].fault
            if causes
            else GraphQLFault(
                "A value that this field needs could not be fetched.", Code.SUBGRAPH_UNAVAILABLE
            )
        )
        for key in keys:
            self.record().block(place, key, fault)

    def block_below(
        self, place: JsonObject, path: Sequence[str], causes: Sequence[LocatedFault]
    ) -> None:
        """Block the last key of a path in the objects that the others lead to, once they come."""
        self._blocked_below.append((place, path, causes))

    def block_what_came(self) -> None:
        """Block keys in objects that have come since they were to be blocked."""
        left = []
        for place, path, causes in self._blocked_below:
            objects = [place]
            for key in path[:-1]:
                objects = [below for one in objects for below in objects_in(one.get(key))]
            for one in objects:
                self.block(one, path[-1:], causes)
            if not objects:
                left.append((place, path, causes))
        self._blocked_below = left

    def is_quiet(self, place: JsonObject, path: Sequence[str | int]) -> bool:
        """Whether an error along `path` is of a field that was null before it was asked for."""
        return bool(path) and (id(place), path[0]) in self._quiet
