"""Ariadne, its federation schema, in its own ASGI application."""

from __future__ import annotations

import os

import uvicorn
from ariadne import QueryType
from ariadne.asgi import GraphQL
from ariadne.contrib.federation import FederatedObjectType, make_federated_schema
from films import SDL, Row, rows

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'


class Film(Row):
    """Ariadne tells an entity's type by the name of its class."""


FILMS = [Film(*row) for row in rows()]
query, film = QueryType(), FederatedObjectType("Film")


@query.field("films")
def films(*_):
    return FILMS


@film.reference_resolver
def resolve(_, _info, representation):
    return FILMS[int(representation["id"])]


if __name__ == "__main__":
    schema = make_federated_schema(LINK + SDL, query, film)
    uvicorn.run(GraphQL(schema), port=int(os.environ["PORT"]), log_level="error", access_log=False)
