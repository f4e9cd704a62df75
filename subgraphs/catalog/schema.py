"""The catalog subgraph's schema, as it is printed into schema.graphql."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.catalog.mutations import Mutation
from subgraphs.catalog.queries import Query


def make_schema() -> FederatedSchema:
    """Build the schema from the types."""
    return federation_schema(Query, Mutation)
