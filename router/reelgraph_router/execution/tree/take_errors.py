"""Bring a subgraph's own errors to the values they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.faults import Rest
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.execution.program import FetchProgram, Sent, places_of
from reelgraph_router.execution.tree_state import JsonObject
from reelgraph_router.transport.port import HookAnswer, SubgraphAnswer

if TYPE_CHECKING:
    from reelgraph_router.execution.tree.fallible_run import FallibleRun

INTERNAL_EXTENSIONS = frozenset(("exception", "stacktrace", "debug", "debugInfo", "serviceName"))
"""What subgraph libraries add for their own developers."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")

REDACTED_MESSAGE = "A part of the answer could not be fetched."


def take_errors(
    run: FallibleRun,
    fetch: FetchProgram,
    sent: Sent,
    data: JsonObject | None,
    errors: list[object],
    answer: SubgraphAnswer,
    redaction: Redaction,
) -> None:
    """Place each error; without any data the first one without a place stands at every place."""
    unplaced = []
    for error in errors:
        # What a hook of our own answers in the subgraph's place is meant for clients.
        shown = Redaction() if isinstance(answer, HookAnswer) else redaction
        fault = read_error(error, fetch.subgraph, answer.status, shown)
        path = _path(error)
        placed = bool(path) and (
            _place_in_entities(run, sent, path, fault)
            if fetch.groups
            else _place_in_root(run, fetch, path, fault)
        )
        if not placed:
            unplaced.append(fault)
    if data is None and unplaced:
        run.fail(fetch, sent, unplaced.pop(0))
    for fault in unplaced:
        run.record().tell(fault)


def _place_in_root(run: FallibleRun, fetch: FetchProgram, path: Rest, fault: GraphQLFault) -> bool:
    for place in run.root_places(fetch):
        run.record().put_along(place, path, fault)
    return True


def _place_in_entities(run: FallibleRun, sent: Sent, path: Rest, fault: GraphQLFault) -> bool:
    """Place an error with a path such as ["_entities", 0, "name"] wherever entity 0 stands."""
    for group, targets, _ in sent:
        if path[0] != group.alias:
            continue
        if len(path) == 1:
            numbers = list(range(len(targets)))
        elif isinstance(path[1], int) and 0 <= path[1] < len(targets):
            numbers = [path[1]]
        else:
            return False
        for number in numbers:
            for place in places_of(targets[number]):
                if not run.is_quiet(place, path[2:]):
                    run.record().put_along(place, path[2:], fault)
        return bool(numbers)
    return False


def read_error(error: object, subgraph: str, status: int, redaction: Redaction) -> GraphQLFault:
    """Read one entry of a subgraph's `errors`; its `locations` speak of another document."""
    entry = error if isinstance(error, dict) else {}
    given = entry.get("extensions")
    extensions = {
        str(key): value
        for key, value in (given.items() if isinstance(given, dict) else ())
        if key not in INTERNAL_EXTENSIONS
    }
    code = extensions.pop("code", None)
    code = code if isinstance(code, str) and code else Code.SUBGRAPH_ERROR
    if not redaction.shows(subgraph):
        # A code is a word to branch on; anything else may be a text that is nobody's business.
        return GraphQLFault(
            REDACTED_MESSAGE, code if _CODE.fullmatch(code) else Code.SUBGRAPH_ERROR
        )
    message = entry.get("message")
    extensions["subgraph"] = subgraph
    if not 200 <= status < 300:
        extensions["status"] = status
    text = message if isinstance(message, str) and message else "The subgraph gave no message."
    return GraphQLFault(text, code, extensions=extensions)


def _path(error: object) -> Rest:
    path = error.get("path") if isinstance(error, dict) else None
    if not isinstance(path, list):
        return ()
    return tuple(part for part in path if isinstance(part, str | int))
