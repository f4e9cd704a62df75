"""Errors that a client may see.

RequestError    the request cannot be executed; no data
GraphQLFault    one entry of a response's `errors`

Everything else that is raised is an internal error: logged, and told to the client as "Internal
error" only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import GraphQLError

_LONG_NUMBER = re.compile(r"Exceeds the limit \(\d+ digits\).*?increase the limit", re.DOTALL)
"""What Python says of them, and no client should hear."""

INTERNAL_MESSAGE = "Internal error"

Json = dict[str, object]


class Code:
    """The stable values of `extensions.code` that the router itself produces.

    Those of planning stand with the errors of :mod:`reelgraph_federation.planning`.
    """

    BAD_REQUEST = "BAD_REQUEST"
    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    OPERATION_RESOLUTION = "OPERATION_RESOLUTION_FAILURE"
    DOCUMENT_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    DOCUMENT_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    CSRF = "CSRF_PREVENTED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"
    KEYS_UNAVAILABLE = "KEY_SET_UNAVAILABLE"
    NOT_READY = "NOT_READY"
    OVERLOADED = "OVERLOADED"
    SHUTTING_DOWN = "ROUTER_SHUTTING_DOWN"
    SCHEMA_RELOADED = "SUBSCRIPTION_SCHEMA_RELOAD"
    INTERNAL = "INTERNAL"
    TIMEOUT = "GATEWAY_TIMEOUT"
    SUBGRAPH_UNAVAILABLE = "SUBGRAPH_UNAVAILABLE"
    SUBGRAPH_TIMEOUT = "SUBGRAPH_TIMEOUT"
    SUBGRAPH_HTTP_ERROR = "SUBGRAPH_HTTP_ERROR"
    SUBGRAPH_ANSWER_INVALID = "SUBGRAPH_ANSWER_INVALID"
    SUBGRAPH_ANSWER_TOO_LARGE = "SUBGRAPH_ANSWER_TOO_LARGE"
    SUBGRAPH_ERROR = "DOWNSTREAM_SERVICE_ERROR"
    INVALID_VALUE = "INVALID_VALUE"


@dataclass(frozen=True, slots=True)
class GraphQLFault:
    """One entry of `errors`: a text that is safe to show, a stable code, where it belongs."""

    message: str
    code: str
    path: tuple[str | int, ...] | None = None
    locations: tuple[tuple[int, int], ...] = ()
    extensions: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        """The entry as the response holds it."""
        entry: Json = {"message": self.message}
        if self.locations:
            entry["locations"] = [{"line": line, "column": col} for line, col in self.locations]
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = {**self.extensions, "code": self.code}
        return entry


class RequestError(Exception):
    """The request is refused before or instead of execution.

    `status` is the HTTP status for a client that understands GraphQL's own media type;
    `well_formed` tells that it was a proper GraphQL request, which clients of `application/json`
    get as 200 (GraphQL over HTTP, 6.4.1). `headers` go into the response.
    """

    def __init__(
        self,
        faults: Sequence[GraphQLFault],
        status: int = 400,
        *,
        well_formed: bool = False,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(faults[0].message if faults else "")
        self.faults = tuple(faults)
        self.status = status
        self.well_formed = well_formed
        self.headers = tuple(headers)


def refuse(
    message: str,
    code: str,
    status: int = 400,
    *,
    well_formed: bool = False,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> RequestError:
    """A RequestError with one entry."""
    fault = GraphQLFault(message, code)
    return RequestError([fault], status, well_formed=well_formed, headers=headers)


def from_graphql_errors(errors: Sequence[GraphQLError], code: str) -> RequestError:
    """Turn graphql-core's errors about a document or its variables into a refusal."""
    return RequestError(
        [
            GraphQLFault(
                _LONG_NUMBER.sub("a number that is too long", error.message),
                code,
                locations=tuple((at.line, at.column) for at in error.locations or ()),
            )
            for error in errors
        ],
        well_formed=True,
    )
