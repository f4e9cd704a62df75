"""Playback's schema, put together."""

from __future__ import annotations

from reelgraph_dgs.schema import FederatedSchema, federation_schema
from subgraphs.playback.entities import Member, Title
from subgraphs.playback.mutations import Mutation
from subgraphs.playback.queries import Query
from subgraphs.playback.types import PlaybackSession


def create_schema() -> FederatedSchema:
    """Make the schema that `schema.graphql` shows."""
    return federation_schema(Query, Mutation, types=[Member, PlaybackSession, Title])
