"""The artwork subgraph's schema, as it is printed into schema.graphql."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.artwork.types import Title


def make_schema() -> FederatedSchema:
    """Build the schema from the types."""
    return federation_schema(types=[Title])
