"""The catalog subgraph: titles, people, credits, genres, availability."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import OutboxRelay
from reelgraph_kit.asgi import ReadinessCheck
from reelgraph_kit.event_log import open_event_log
from subgraphs.catalog.resources import Resources
from subgraphs.catalog.schema import make_schema
from subgraphs.catalog.seed import seed_films
from subgraphs.catalog.settings import Settings
from subgraphs.catalog.store import CatalogStore
from subgraphs.catalog.tables import metadata


def create_app(settings: Settings) -> FastAPI:
    """Wire the subgraph together; the films are there when the first request is."""

    @asynccontextmanager
    async def resources() -> AsyncIterator[Resources]:
        database = Database(settings.database_url)
        try:
            await database.create_tables(metadata)
            if settings.seed_films:
                await seed_films(database)
            yield Resources(database, CatalogStore(database), settings.open_writes)
        finally:
            await database.close()

    async def relay(shared: Resources) -> None:
        async with open_event_log(settings.event_log_url) as log:
            await OutboxRelay(shared.database.engine, log).run()

    def checks(shared: Resources) -> Mapping[str, ReadinessCheck]:
        return {"database": shared.database.ping}

    return create_subgraph_app(
        make_schema(), settings, resources=resources, background=[relay], checks=checks
    )
