"""The recommendations subgraph: home rows, similar titles, popularity, taste."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import CHANGES_TOPIC
from reelgraph_dgs.service_client import ServiceClient
from reelgraph_kit.event_log import consume, open_event_log
from reelgraph_kit.signing import Signer
from subgraphs.recommendations.bell import Bell
from subgraphs.recommendations.fallback import FamilyTopTen
from subgraphs.recommendations.follow import Follower
from subgraphs.recommendations.home import HomeRows
from subgraphs.recommendations.model import TitleModel
from subgraphs.recommendations.resources import Resources
from subgraphs.recommendations.schema import make_schema
from subgraphs.recommendations.settings import Settings
from subgraphs.recommendations.store import RecommendationsStore
from subgraphs.recommendations.tables import metadata

ACTIVITY_TOPIC = "playback.activity"
_GROUP = "recommendations"
_FETCH_TIMEOUT_SECONDS = 15.0


def create_app(settings: Settings) -> FastAPI:
    """Wire the subgraph together.

    It is ready at once: what its store or the catalogue cannot give yet, the family top ten
    stands in for. Filling the model and following events go on behind the requests.
    """
    signer = (
        None
        if settings.signing_key is None
        else Signer.from_file(settings.service_name, settings.signing_key)
    )

    @asynccontextmanager
    async def resources() -> AsyncIterator[Resources]:
        database = Database(settings.database_url)
        catalog = ServiceClient(
            settings.catalog_url, signer, audience="catalog", timeout=_FETCH_TIMEOUT_SECONDS
        )
        try:
            yield _resources(settings, database, catalog)
        finally:
            await catalog.close()
            await database.close()

    async def fill(shared: Resources) -> None:
        await shared.store.database.create_tables(metadata)
        await shared.follower.load()
        await shared.follower.walk_catalogue()

    async def follow_changes(shared: Resources) -> None:
        await shared.follower.loaded.wait()
        async with open_event_log(settings.event_log_url) as log:
            await consume(log, CHANGES_TOPIC, _GROUP, shared.follower.handle_changes)

    async def follow_activity(shared: Resources) -> None:
        await shared.follower.loaded.wait()
        async with open_event_log(settings.event_log_url) as log:
            await consume(log, ACTIVITY_TOPIC, _GROUP, shared.follower.handle_activity)

    async def keep_top_ten(shared: Resources) -> None:
        await shared.top_ten.keep_fresh(shared.model, shared.follower.loaded)

    return create_subgraph_app(
        make_schema(),
        settings,
        resources=resources,
        background=[fill, follow_changes, follow_activity, keep_top_ten],
    )


def _resources(settings: Settings, database: Database, catalog: ServiceClient) -> Resources:
    model = TitleModel()
    store = RecommendationsStore(database)
    top_ten = FamilyTopTen(settings.service_dir / "family-top-ten.json")
    bell = Bell()
    follower = Follower(store, model, catalog, bell)
    timeout = settings.model_timeout_seconds
    return Resources(
        model=model,
        store=store,
        follower=follower,
        bell=bell,
        top_ten=top_ten,
        home=HomeRows(model, store, top_ten, follower.loaded, timeout),
        anonymous_maturity=settings.anonymous_maturity,
    )
