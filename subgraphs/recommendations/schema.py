"""The schema of recommendations, as it is printed into schema.graphql."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.recommendations.queries import Query
from subgraphs.recommendations.subscriptions import Subscription
from subgraphs.recommendations.types import Member, Title


def make_schema() -> FederatedSchema:
    """Build the schema from the types."""
    return federation_schema(Query, subscription=Subscription, types=[Title, Member])
