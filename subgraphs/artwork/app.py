"""The artwork subgraph: a picture of every title, chosen for the profile and drawn here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_kit.document_store import open_document_store
from reelgraph_kit.event_log import consume, open_event_log
from subgraphs.artwork.image_urls import ImageUrls, read_or_make_key
from subgraphs.artwork.images import image_route
from subgraphs.artwork.notebook import Notebook
from subgraphs.artwork.resources import Resources
from subgraphs.artwork.schema import make_schema
from subgraphs.artwork.settings import Settings
from subgraphs.artwork.tastes import Tastes


def create_app(settings: Settings) -> FastAPI:
    """Wire the subgraph together.

    There is no readiness check of the store: without it, pictures are only not personal.
    """
    key_file = settings.image_key_file or settings.service_dir / "image-urls.key"
    urls = ImageUrls(settings.public_base_url, read_or_make_key(key_file))

    @asynccontextmanager
    async def resources() -> AsyncIterator[Resources]:
        async with open_document_store(settings.document_store_url) as store:
            notebook = Notebook(store)
            yield Resources(store, urls, Tastes(store), notebook, settings.explore_share)
            await notebook.flush()

    async def take_notes(shared: Resources) -> None:
        await shared.notebook.run()

    async def learn_tastes(shared: Resources) -> None:
        async with open_event_log(settings.event_log_url) as log:
            await consume(log, "playback.activity", "artwork", shared.tastes.handle)

    return create_subgraph_app(
        make_schema(),
        settings,
        resources=resources,
        background=[take_notes, learn_tastes],
        routes=[image_route(urls)],
    )
