"""The playback subgraph: entitlement, steering, sessions, history, and the control plane."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import OutboxRelay
from reelgraph_dgs.service_client import ServiceClient
from reelgraph_kit.asgi import ReadinessCheck
from reelgraph_kit.clock import Clock, utc_now
from reelgraph_kit.document_store import open_document_store
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.signing import Signer, load_or_create_private_key
from subgraphs.playback import url_keys
from subgraphs.playback.appliance_keys import load_or_create_key
from subgraphs.playback.control.http import CONTROL_ROUTES, ControlHttp
from subgraphs.playback.control.plane import ControlPlane
from subgraphs.playback.fleet_file import read_fleet_file
from subgraphs.playback.origin.files import Origin
from subgraphs.playback.play.graph_facts import (
    GraphFacts,
    ServiceFacts,
)
from subgraphs.playback.play.history import History
from subgraphs.playback.play.player import Player
from subgraphs.playback.schema import create_schema
from subgraphs.playback.settings import Settings
from subgraphs.playback.tables import metadata

KEY_ROTATION_SECONDS = 20.0


def create_app(
    settings: Settings, clock: Clock = utc_now, facts: GraphFacts | None = None
) -> FastAPI:
    """Wire the subgraph together; `facts` stands in for the other services' answers."""

    def resources() -> AbstractAsyncContextManager[Player]:
        return _open_player(settings, facts, clock)

    async def relay(player: Player) -> None:
        async with open_event_log(settings.event_log_url) as log:
            await OutboxRelay(player.database.engine, log).run()

    def checks(player: Player) -> Mapping[str, ReadinessCheck]:
        return {"database": player.database.ping}

    return create_subgraph_app(
        create_schema(),
        settings,
        resources=resources,
        background=[relay, _keep_keys],
        checks=checks,
        routes=CONTROL_ROUTES,
    )


@asynccontextmanager
async def _open_player(
    settings: Settings, facts: GraphFacts | None, clock: Clock
) -> AsyncIterator[Player]:
    database = Database(settings.database_url)
    async with open_document_store(settings.document_store_url) as documents:
        await database.create_tables(metadata)
        history = History(documents)
        await history.prepare()
        player = _make_player(settings, database, history, facts, clock)
        await _rotate_keys(player)
        await player.plane.load()
        try:
            yield player
        finally:
            await player.settle()
            await player.facts.close()
            await database.close()


def _make_player(
    settings: Settings,
    database: Database,
    history: History,
    facts: GraphFacts | None,
    clock: Clock,
) -> Player:
    fleet_file = read_fleet_file(settings.fleet_file)
    plane = ControlPlane(database, fleet_file, clock)
    origin = Origin(settings.service_dir / "origin")
    keys = {
        entry.id: load_or_create_key(settings.keys_folder / f"{entry.id}.key")
        for entry in fleet_file.appliance
    }
    return Player(
        database=database,
        plane=plane,
        control=ControlHttp(plane, database, origin, keys),
        facts=facts or _open_facts(settings),
        history=history,
        origin=origin,
        places=fleet_file.places(),
        clock=clock,
        open_diagnostics=settings.open_diagnostics,
    )


def _open_facts(settings: Settings) -> ServiceFacts:
    path = settings.signing_key or settings.data_dir / "keys" / "playback.pem"
    signer = Signer("playback", load_or_create_private_key(path))
    return ServiceFacts(
        catalog=ServiceClient(settings.catalog_url, signer, audience="catalog"),
        member=ServiceClient(settings.member_url, signer, audience="member"),
        billing=ServiceClient(settings.billing_url, signer, audience="billing"),
    )


async def _keep_keys(player: Player) -> None:
    while True:
        await asyncio.sleep(KEY_ROTATION_SECONDS)
        await _rotate_keys(player)


async def _rotate_keys(player: Player) -> None:
    async with player.database.write() as session:
        await url_keys.rotate_keys(session, player.clock())
