"""The query graph: where each field can be had, and how to get from subgraph to subgraph."""

from reelgraph_federation.query_graph.build import QueryGraph, build_query_graph
from reelgraph_federation.query_graph.edges import (
    Absence,
    EntityMove,
    FieldEdge,
    NodeKind,
    TypeNode,
)

__all__ = [
    "Absence",
    "EntityMove",
    "FieldEdge",
    "NodeKind",
    "QueryGraph",
    "TypeNode",
    "build_query_graph",
]
