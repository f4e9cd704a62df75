"""One supergraph being served: everything that a swap replaces, behind one reference."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reelgraph_federation.supergraph import Supergraph, parse_supergraph
from reelgraph_router import defaults
from reelgraph_router.execution.answers.read_answer import Redaction
from reelgraph_router.hooks import Hooks
from reelgraph_router.pipeline.introspect import Introspection
from reelgraph_router.pipeline.operations import Operations
from reelgraph_router.pipeline.preparation import Planners
from reelgraph_router.pipeline.stages import OperationRules
from reelgraph_router.supergraph_source.port import SupergraphDocument
from reelgraph_router.transport.hooked import hooked
from reelgraph_router.transport.port import Transport

_log = logging.getLogger("reelgraph.router.supergraph")


@dataclass(frozen=True, slots=True)
class GraphRules:
    """What does not change with the supergraph."""

    operations: OperationRules = field(default_factory=OperationRules)
    redaction: Redaction = field(default_factory=Redaction)
    urls: Mapping[str, str] = field(default_factory=dict)
    timeout: float = defaults.SUBGRAPH_SECONDS
    timeouts: Mapping[str, float] = field(default_factory=dict)
    hooks: Hooks = field(default_factory=Hooks)

    def timeout_of(self, subgraph: str) -> float:
        """A subgraph's time limit, in seconds."""
        return self.timeouts.get(subgraph, self.timeout)


class Graph:
    """A supergraph with its API schema, its ready operations and its connections.

    `requests` counts those under way; a replaced graph closes its connections when they are done.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        version: str,
        transport: Transport,
        rules: GraphRules,
        executor: Planners | None = None,
    ) -> None:
        self.supergraph = supergraph
        self.version = version
        self.transport = hooked(transport, rules.hooks)
        self.redaction = rules.redaction
        self.operations = Operations(
            supergraph, rules.operations, rules.timeout_of, executor, rules.hooks
        )
        self.introspection = Introspection(supergraph.api_schema)
        self.requests = 0
        self.replaced = asyncio.Event()
        """Set when another graph has taken over."""
        self._closing: asyncio.Task[None] | None = None

    def enter(self) -> None:
        """A request begins."""
        self.requests += 1

    def leave(self) -> None:
        """A request has ended."""
        self.requests -= 1
        if self.replaced.is_set() and self.requests == 0:
            self._close()

    def retire(self) -> None:
        """Another graph has taken over."""
        self.replaced.set()
        if self.requests == 0:
            self._close()

    def _close(self) -> None:
        self._closing = asyncio.get_running_loop().create_task(self.transport.close())


def load_supergraph(document: SupergraphDocument) -> Supergraph:
    """Parse a supergraph and build all that requests will need; blocking.

    Raises InvalidSupergraphError.
    """
    supergraph = parse_supergraph(document.sdl)
    _ = supergraph.api_schema
    _ = supergraph.query_graph
    return supergraph


def subgraph_urls(supergraph: Supergraph, replaced: Mapping[str, str]) -> dict[str, str]:
    """The address of every subgraph that has one, `replaced` ones first."""
    urls = {name: replaced.get(name, one.url) for name, one in supergraph.subgraphs.items()}
    for name in replaced.keys() - supergraph.subgraphs.keys():
        _log.warning("subgraph_urls names %s, which the supergraph does not have", name)
    missing = [name for name, url in urls.items() if not url]
    if missing:
        _log.warning("no address for %s; set subgraph_urls", ", ".join(missing))
    return {name: url for name, url in urls.items() if url}


MakeTransport = Callable[[Mapping[str, str]], Transport]
