"""Billing's schema, put together."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.billing.entities import Member
from subgraphs.billing.mutations import Mutation
from subgraphs.billing.queries import Query


def create_schema() -> FederatedSchema:
    """Make the schema that `schema.graphql` shows."""
    return federation_schema(Query, Mutation, types=[Member])
