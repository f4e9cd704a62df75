"""Decide what a client sees of an error, and log what it does not see."""

from __future__ import annotations

import logging

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from reelgraph_dgs.errors import INTERNAL_CODE, INTERNAL_MESSAGE, SubgraphError
from reelgraph_kit.logging import request_id

_logger = logging.getLogger("reelgraph.graphql")


class ClientErrors(MaskErrors):
    """Gives every error of a response its code, and masks those that are not for clients.

    A `SubgraphError` keeps its message and details. A document that cannot be parsed, does not
    fit the schema or has wrong variables is a BAD_REQUEST with GraphQL's own message. Anything
    else becomes INTERNAL "Internal error" with the request's id, and is logged with its
    traceback.
    """

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        return [client_error(error) for error in errors]


def client_error(error: GraphQLError) -> GraphQLError:
    """Return what a client may see of an error; an internal one is logged here."""
    if isinstance(error, _ClientError):
        return error
    cause = _cause(error)
    if isinstance(cause, SubgraphError):
        return _shown(error, cause.message, cause.extensions())
    # An error of GraphQL itself about the request; what resolvers raise has a path.
    if error.path is None and (cause is None or isinstance(cause, GraphQLError)):
        return _shown(error, error.message, {**(error.extensions or {}), "code": "BAD_REQUEST"})
    _logger.error(
        "error at %s: %s",
        ".".join(str(part) for part in error.path or ()) or "the operation",
        error.message,
        exc_info=cause or error,
    )
    extensions: dict[str, object] = {"code": INTERNAL_CODE}
    if identifier := request_id.get():
        extensions["requestId"] = identifier
    return _shown(error, INTERNAL_MESSAGE, extensions)


class _ClientError(GraphQLError):
    """An error that has been made fit for clients."""


def _cause(error: GraphQLError) -> BaseException | None:
    """Return the exception behind an error, through GraphQL's own wrappings."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _shown(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return _ClientError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
