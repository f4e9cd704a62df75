"""The subgraph kit; FAST=0 leaves every field to graphql-core."""

from __future__ import annotations

import os

import strawberry
import uvicorn
from films import Row, rows

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.schema import federation_schema
from reelgraph_dgs.settings import SubgraphSettings


@strawberry.federation.type(keys=["id"])
class Film:
    id: strawberry.ID
    name: str
    year: int
    minutes: int
    rating: float
    country: str
    language: str
    colour: bool
    tagline: str | None
    studio: str

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Film:
        return FILMS[int(id)]


def film(row: Row) -> Film:
    return Film(**{**row._asdict(), "id": strawberry.ID(row.id)})


FILMS = [film(row) for row in rows()]


@strawberry.type
class Query:
    @strawberry.field
    def films(self) -> list[Film]:
        return FILMS


if __name__ == "__main__":
    schema = federation_schema(Query, types=[Film], fast_attributes=os.environ["FAST"] == "1")
    app = create_subgraph_app(schema, SubgraphSettings(log_level="warning"))
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="error", access_log=False)
