"""Member's schema, put together."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.member.mutations import Mutation
from subgraphs.member.queries import Query


def create_schema() -> FederatedSchema:
    """Make the schema that `schema.graphql` shows."""
    return federation_schema(Query, Mutation)
