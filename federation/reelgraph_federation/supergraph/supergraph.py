"""A supergraph: the merged schema, and what is made of it once for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from graphql import GraphQLSchema

from reelgraph_federation.query_graph import QueryGraph, build_query_graph
from reelgraph_federation.supergraph.api_schema import build_api_schema
from reelgraph_federation.supergraph.model import MergedSchema


@dataclass(eq=False)
class Supergraph(MergedSchema):
    """A merged schema with the API schema and the query graph over it, each made on first use."""

    @cached_property
    def api_schema(self) -> GraphQLSchema:
        """The schema that clients see; see `build_api_schema`."""
        return build_api_schema(self)

    @cached_property
    def query_graph(self) -> QueryGraph:
        """Where each field can be had; see `build_query_graph`."""
        return build_query_graph(self)
