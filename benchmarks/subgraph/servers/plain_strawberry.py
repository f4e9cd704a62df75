"""Strawberry alone, as its documentation shows a federation schema and an ASGI application."""

from __future__ import annotations

import os

import strawberry
import uvicorn
from kit import Film, Query
from strawberry.asgi import GraphQL

if __name__ == "__main__":
    schema = strawberry.federation.Schema(query=Query, types=[Film])
    uvicorn.run(GraphQL(schema), port=int(os.environ["PORT"]), log_level="error", access_log=False)
