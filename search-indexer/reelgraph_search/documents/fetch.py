"""Fetch documents through the router, by the keys that the search subgraph echoes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from reelgraph_search.ports import JsonObject
from reelgraph_search.templates.compiled import INDEX_FIELD, CompiledTemplate

INDEX_SCOPE = "search:index"
"""The scope that the indexer fetches with; the search subgraph's own field asks for it."""

LARGEST_BATCH = 25
"""Documents in one request."""


_OUTAGES = frozenset(
    {
        "SUBGRAPH_UNAVAILABLE",
        "SUBGRAPH_TIMEOUT",
        "SUBGRAPH_HTTP_ERROR",
        "GATEWAY_TIMEOUT",
        "UNAVAILABLE",
    }
)


class RouterUnavailable(Exception):
    """The router cannot answer now; nothing is said about any document."""


@dataclass(frozen=True, slots=True)
class GraphError:
    """One error of a GraphQL response."""

    message: str
    path: tuple[str | int, ...] = ()
    subgraph: str | None = None
    code: str | None = None

    @property
    def tells_of_outage(self) -> bool:
        """Whether a subgraph was away: that passes, and is not the document's fault."""
        return self.code in _OUTAGES

    @property
    def only_tells_of_null(self) -> bool:
        """Whether the router itself found null where null must not be; no subgraph complained."""
        return self.subgraph is None and self.code == "INVALID_VALUE"


@dataclass(frozen=True, slots=True)
class GraphAnswer:
    """A GraphQL response: data, perhaps partial, and errors."""

    data: JsonObject | None
    errors: tuple[GraphError, ...] = ()


class Router(Protocol):
    """Runs operations in the name of the indexer."""

    async def run(self, operation: str, variables: Mapping[str, JsonValue]) -> GraphAnswer:
        """Run a query; raises RouterUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Present:
    """The entity exists and everything asked for came back."""

    node: JsonObject


@dataclass(frozen=True, slots=True)
class Gone:
    """The entity does not exist."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Some of the entity could not be fetched; `node` is what came, if anything."""

    node: JsonObject | None
    errors: tuple[GraphError, ...]


Fetched: TypeAlias = Present | Gone | Partial


async def fetch_documents(
    router: Router, template: CompiledTemplate, ids: Sequence[str]
) -> dict[str, Fetched]:
    """Fetch at most `LARGEST_BATCH` roots by the values of their key.

    An error belongs to the document that its path leads through; one without such a path to all.
    Raises RouterUnavailable, also when the router refuses the operation as a whole: that is never
    the documents' fault.
    """
    assert len(ids) <= LARGEST_BATCH
    answer = await router.run(template.operation, {"ids": list(ids)})
    nodes = None if answer.data is None else answer.data.get(INDEX_FIELD)
    if not isinstance(nodes, list) or len(nodes) != len(ids):
        reasons = "; ".join(error.message for error in answer.errors[:3])
        raise RouterUnavailable(f"the router did not run the indexer's query: {reasons}")
    return {
        key: _fetched(node, _errors_of(position, answer.errors), template.vital)
        for position, (key, node) in enumerate(zip(ids, nodes, strict=True))
    }


def _errors_of(position: int, errors: Sequence[GraphError]) -> tuple[GraphError, ...]:
    return tuple(
        error
        for error in errors
        if len(error.path) < 2 or error.path[:2] == (INDEX_FIELD, position)
    )


def _fetched(node: JsonValue, errors: tuple[GraphError, ...], vital: frozenset[str]) -> Fetched:
    """Tell a missing entity from one that could not be fetched.

    The owner of a missing entity answers null for it. So the item is null, no subgraph complains,
    and if the router complains, then of a field that the owner gives to every entity. Null in
    another subgraph's field says nothing about whether the entity exists.
    """
    present = node if isinstance(node, dict) else None
    if not errors:
        return Gone() if present is None else Present(present)
    named = {error.path[2] for error in errors if len(error.path) > 2}
    if present is None and all(error.only_tells_of_null for error in errors) and named & vital:
        return Gone()
    return Partial(present, errors)
