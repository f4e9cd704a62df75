"""Read what a subgraph answered, and say what is wrong with it in a client's words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, cast

import orjson

from reelgraph_router.errors import Code, GraphQLFault
from reelgraph_router.execution.answers.lenient_json import read_leniently
from reelgraph_router.json_text import read_json
from reelgraph_router.transport.port import FaultKind, SubgraphAnswer, TransportFault

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What readers of JSON may overlook (RFC 8259, 8.1)."""

_log = logging.getLogger("reelgraph.router.subgraph")

CODES = {
    FaultKind.UNREACHABLE: Code.SUBGRAPH_UNAVAILABLE,
    FaultKind.DISCONNECTED: Code.SUBGRAPH_UNAVAILABLE,
    FaultKind.OVERLOADED: Code.SUBGRAPH_UNAVAILABLE,
    FaultKind.TIMEOUT: Code.SUBGRAPH_TIMEOUT,
    FaultKind.TOO_LARGE: Code.SUBGRAPH_ANSWER_TOO_LARGE,
    FaultKind.PROTOCOL: Code.SUBGRAPH_ANSWER_INVALID,
    FaultKind.STATUS: Code.SUBGRAPH_HTTP_ERROR,
}


@dataclass(frozen=True, slots=True)
class Redaction:
    """Which subgraphs' failures clients see: all with `expose`, else those that are named."""

    expose: bool = True
    shown: frozenset[str] = frozenset()

    def shows(self, subgraph: str) -> bool:
        """Whether clients see that this subgraph failed and what it said."""
        return self.expose or subgraph in self.shown


class AnswerFault(Exception):
    """The HTTP answer is no usable GraphQL answer; `message` is safe to show."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def read_data(
    answer: SubgraphAnswer, *, keeps_digits: bool = False
) -> tuple[dict[str, object] | None, list[object]]:
    """The `data` and `errors` of an answer; `keeps_digits`: of integers beyond 64 bits, too.

    Raises AnswerFault when it is no GraphQL answer. `data` is None only with errors.
    """
    try:
        document = _read(answer.body.removeprefix(BYTE_ORDER_MARK), keeps_digits)
    except (ValueError, RecursionError):
        _refuse_status(answer)
        message = "answered with something that is not JSON"
        raise AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, message) from None
    if document.__class__ is not dict:
        _refuse_status(answer)
        raise AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, "answered with JSON that is no GraphQL")
    data, errors = document.get("data"), document.get("errors")
    if answer.status != 200 and not (data.__class__ is dict or errors):
        _refuse_status(answer)
    if data is not None and data.__class__ is not dict:
        raise AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, "answered with data of a wrong type")
    if errors is not None and not isinstance(errors, list):
        raise AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, "answered with errors of a wrong type")
    if data is None and not errors:
        raise AnswerFault(Code.SUBGRAPH_ANSWER_INVALID, "answered without data")
    return cast("dict[str, object] | None", data), errors or []


def _read(body: bytes, keeps_digits: bool) -> Any:
    try:
        return read_json(body) if keeps_digits else orjson.loads(body)
    except ValueError:
        return read_leniently(body)


def _refuse_status(answer: SubgraphAnswer) -> None:
    if not 200 <= answer.status < 300:
        raise AnswerFault(
            Code.SUBGRAPH_HTTP_ERROR, f"answered with HTTP status {answer.status}", answer.status
        )


def explain(
    subgraph: str, fault: TransportFault | AnswerFault, redaction: Redaction
) -> GraphQLFault:
    """Tell a client of a subgraph's fault; the details go to the log."""
    extensions: dict[str, object] = {}
    if isinstance(fault, TransportFault):
        code, said = CODES[fault.kind], fault.kind.value
        _log.warning("subgraph %s %s: %s", subgraph, said, fault.detail)
    else:
        code, said = fault.code, fault.message
        _log.warning("subgraph %s %s", subgraph, said)
        if fault.status is not None and redaction.shows(subgraph):
            extensions["status"] = fault.status
    if not redaction.shows(subgraph):
        return GraphQLFault("A part of the answer could not be fetched.", code)
    extensions["subgraph"] = subgraph
    return GraphQLFault(f'Subgraph "{subgraph}" {said}.', code, extensions=extensions)
