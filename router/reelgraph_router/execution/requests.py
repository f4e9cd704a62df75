"""The requests of a program's fetches: their text, and the client's variables that are passed on."""

from __future__ import annotations

from collections.abc import Mapping

from reelgraph_router.execution.program import FetchProgram, Program
from reelgraph_router.json_text import write_json
from reelgraph_router.transport.headers import Headers
from reelgraph_router.transport.port import SubgraphRequest


def pass_variables(
    fetch: FetchProgram,
    variables: Mapping[str, object],
    parts: list[bytes],
    used: frozenset[str] | None = None,
) -> None:
    """Add to `parts` the JSON of the client's variables that a fetch takes; `used` restricts them."""
    for name, start in fetch.variables:
        if name in variables and (used is None or name in used):
            parts.append(start + write_json(variables[name]))


def make_request(
    fetch: FetchProgram, head: bytes, parts: list[bytes], headers: Headers
) -> SubgraphRequest:
    """A request of a fetch: the start of its body, then the variables in JSON."""
    body = head + b",".join(parts) + b"}}"
    lines = headers if isinstance(headers, bytes) else headers.for_subgraph(fetch.subgraph)
    return SubgraphRequest(fetch.subgraph, body, lines, fetch.timeout, fetch.repeatable)


def subscription_request(
    program: Program, variables: Mapping[str, object], headers: Headers
) -> SubgraphRequest:
    """The request that starts a subscription's stream: its first fetch, never sent twice."""
    stream = program.fetches[0]
    parts: list[bytes] = []
    pass_variables(stream, variables, parts)
    return make_request(stream, stream.head, parts, headers)
