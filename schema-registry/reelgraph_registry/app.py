"""Put the registry together: the one place where its parts are wired."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route

from reelgraph_kit.asgi import ASGIApp, HealthMiddleware, RequestIdMiddleware
from reelgraph_kit.host import HostMiddleware
from reelgraph_kit.process import on_drain

from .adapters.database import open_engine
from .adapters.migrate import migrate
from .adapters.sql import SqlRegistryStore
from .domain.subgraph_version import SchemaLimits
from .http.artefacts import Artefacts
from .http.auth import Authenticator
from .http.graphql.context import Services
from .http.graphql.schema import RegistryGraphQL
from .http.limit_body import LimitBody
from .http.report_usage import ReportUsage
from .http.watch import PointerWatch
from .settings import RegistrySettings
from .use_cases.check_subgraphs import CheckSubgraphs
from .use_cases.composers import Composers
from .use_cases.delete_subgraph import DeleteSubgraph
from .use_cases.diff_versions import DiffVersions
from .use_cases.move_pointer import MovePointer
from .use_cases.publish_subgraphs import PublishSubgraphs
from .use_cases.record_usage import RecordUsage
from .use_cases.variant_locks import VariantLocks

_DAY_SECONDS = 24 * 60 * 60
_logger = logging.getLogger("reelgraph.registry")


def create_app(settings: RegistrySettings) -> ASGIApp:
    """Make the registry's ASGI app; its lifespan migrates the database and closes it again."""
    engine = open_engine(settings.database_url)
    store = SqlRegistryStore(engine)
    watch = PointerWatch(store, settings.poll_seconds)
    authenticator = Authenticator.from_file(settings.admin_token_file)
    services = _services(store, watch, authenticator, settings)
    record = RecordUsage(store, now, settings.usage_retention_days)
    routes = [
        *Artefacts(store, watch, settings.max_wait_seconds).routes(),
        *ReportUsage(record, authenticator, now).routes(),
        Route("/graphql", RegistryGraphQL(services)),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await _start(engine)
        on_drain(watch.drain)
        forgetting = asyncio.create_task(_forget_daily(record))
        try:
            yield
        finally:
            forgetting.cancel()
            await asyncio.gather(forgetting, return_exceptions=True)
            await watch.close()
            await engine.dispose()

    async def database() -> None:
        await store.published_version("reelgraph", "main")

    app: ASGIApp = Starlette(routes=routes, lifespan=lifespan)
    limited = LimitBody(app, settings.max_body_bytes)
    return HostMiddleware(RequestIdMiddleware(HealthMiddleware(limited, {"database": database})))


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def _services(
    store: SqlRegistryStore,
    watch: PointerWatch,
    authenticator: Authenticator,
    settings: RegistrySettings,
) -> Services:
    locks, composers = VariantLocks(), Composers()
    limits = SchemaLimits(
        max_sdl_bytes=settings.max_sdl_bytes, max_subgraphs=settings.max_subgraphs
    )
    return Services(
        store=store,
        publish=PublishSubgraphs(store, watch.announce, now, limits, locks, composers),
        delete=DeleteSubgraph(store, watch.announce, now, locks, composers),
        check=CheckSubgraphs(store, store, now, limits, composers=composers),
        move=MovePointer(store, watch.announce, now),
        diff=DiffVersions(store),
        authenticator=authenticator,
    )


async def _start(engine: AsyncEngine) -> None:
    applied = await migrate(engine)
    if applied:
        _logger.info("applied migrations %s", ", ".join(map(str, applied)))


async def _forget_daily(record: RecordUsage) -> None:
    while True:
        try:
            forgotten = await record.forget_old()
            _logger.info("forgot %s rows of old usage", forgotten)
        except SQLAlchemyError:
            _logger.exception("could not forget old usage; trying again tomorrow")
        await asyncio.sleep(_DAY_SECONDS)
