"""Serialise a response (GraphQL, section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reelgraph_router.errors import GraphQLFault
from reelgraph_router.json_text import write_json

_DATA = b'{"data":'


def serialise_data(data: object) -> bytes:
    """A response with data alone."""
    return _DATA + write_json(data) + b"}"


def serialise_result(
    data: object, errors: Sequence[GraphQLFault], extensions: Mapping[str, object] | None = None
) -> bytes:
    """A response of an executed operation: it has `data`, be it null."""
    response: dict[str, object] = {"data": data}
    if errors:
        response["errors"] = [error.to_json() for error in errors]
    if extensions:
        response["extensions"] = extensions
    return write_json(response)


def serialise_refusal(errors: Sequence[GraphQLFault]) -> bytes:
    """A response to a request that was not executed: it has no `data`."""
    return write_json({"errors": [error.to_json() for error in errors]})
