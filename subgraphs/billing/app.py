"""The billing subgraph: plans, periods, charges and the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_kit.asgi import ReadinessCheck
from reelgraph_kit.clock import Clock, utc_now
from subgraphs.billing.processor.simulator import SimulatedProcessor
from subgraphs.billing.schema import create_schema
from subgraphs.billing.settings import Settings
from subgraphs.billing.tables import metadata
from subgraphs.billing.upkeep import keep_books
from subgraphs.billing.use_cases.books import Books
from subgraphs.billing.use_cases.seed_demo import seed_demo


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Wire the subgraph together with the embedded payment processor."""

    @asynccontextmanager
    async def resources() -> AsyncIterator[Books]:
        database = Database(settings.database_url)
        try:
            await database.create_tables(metadata)
            processor = SimulatedProcessor(settings.service_dir / "processor.db")
            books = Books(database, processor, clock)
            if settings.seed_demo:
                await seed_demo(books)
            yield books
        finally:
            await database.close()

    async def upkeep(books: Books) -> None:
        await keep_books(books, settings.cycle_seconds)

    def checks(books: Books) -> Mapping[str, ReadinessCheck]:
        return {"database": books.database.ping}

    return create_subgraph_app(
        create_schema(), settings, resources=resources, background=[upkeep], checks=checks
    )
