"""An appliance, put together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route as HttpRoute

from reelgraph_dgs.background import running
from reelgraph_kit.asgi import ASGIApp, HealthMiddleware
from reelgraph_kit.clock import Clock, utc_now
from reelgraph_kit.host import HostMiddleware
from subgraphs.playback.appliance.control_client import ControlClient
from subgraphs.playback.appliance.disk_cache import DiskCache
from subgraphs.playback.appliance.reporter import Reporter
from subgraphs.playback.appliance.serve_file import FileServer
from subgraphs.playback.appliance.settings import Settings
from subgraphs.playback.appliance.state import ApplianceState
from subgraphs.playback.appliance_keys import load_or_create_key
from subgraphs.playback.control.report import Route
from subgraphs.playback.fleet_file import FleetFileError, read_fleet_file

FILL_PAUSE_SECONDS = 2.0
_logger = logging.getLogger("reelgraph.appliance")

# Any page may play: the signature, not the origin of the page, is what lets a client in.
_CORS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "HEAD"],
    allow_headers=["Range", "If-Range"],
    expose_headers=["Accept-Ranges", "Content-Length", "Content-Range", "ETag"],
    max_age=3600,
)


@dataclass(frozen=True, slots=True)
class Appliance:
    """The parts of one appliance, and the app that serves with them."""

    control: ControlClient
    cache: DiskCache
    state: ApplianceState
    reporter: Reporter
    app: ASGIApp


def create_app(settings: Settings) -> ASGIApp:
    """Wire the appliance together; it is ready once the control plane has answered."""
    return build_appliance(settings).app


def build_appliance(
    settings: Settings,
    clock: Clock = utc_now,
    control_transport: httpx.AsyncBaseTransport | None = None,
) -> Appliance:
    """Make the parts of an appliance; its app reports and fills for as long as it runs."""
    control = ControlClient(
        settings.control_url, settings.id, load_or_create_key(settings.key_path), control_transport
    )
    cache = DiskCache(settings.cache_dir, settings.cache_bytes, control.fetch)
    cache.scan()
    state = ApplianceState(clock)
    base_urls = (settings.base_url, settings.public_url_v6 or None)
    routes = AdvertisedRoutes(settings)
    reporter = Reporter(control, cache, state, routes, base_urls, clock)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with running([_report, _keep_filled], reporter):
                yield
        finally:
            await cache.close()
            await control.close()

    return Appliance(control, cache, state, reporter, _make_app(cache, state, lifespan))


def _make_app(
    cache: DiskCache,
    state: ApplianceState,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
) -> ASGIApp:
    app = Starlette(
        routes=[HttpRoute("/{asset}/{file}", FileServer(cache, state), methods=["GET", "HEAD"])],
        middleware=[_CORS],
        lifespan=lifespan,
    )

    async def check_control() -> None:
        if not state.may_serve:
            raise RuntimeError("the control plane has not answered lately")

    return HostMiddleware(HealthMiddleware(app, {"control plane": check_control}))


async def _report(reporter: Reporter) -> None:
    await reporter.run()


async def _keep_filled(reporter: Reporter) -> None:
    while True:
        await reporter.fill()
        await asyncio.sleep(FILL_PAUSE_SECONDS)


class AdvertisedRoutes:
    """What the site advertises now; the fleet file may change while the appliance runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last = self._read()

    def __call__(self) -> tuple[Route, ...]:
        """Read the file again; while it is unusable the last good routes hold."""
        try:
            self._last = self._read()
        except FleetFileError as error:
            _logger.warning("the announced routes stay as they were: %s", error)
        return self._last

    def _read(self) -> tuple[Route, ...]:
        entry = read_fleet_file(self._settings.fleet_file).find(self._settings.id)
        return tuple(
            Route(prefix=route.prefix, as_path=tuple(route.as_path), med=route.med)
            for route in entry.routes
        )
