"""Wire the search indexer: engine, ledger, router, supergraph, searches."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.background import BackgroundWork
from reelgraph_dgs.database import Database
from reelgraph_dgs.service_client import ServiceClient
from reelgraph_kit.asgi import ReadinessCheck
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.signing import Signer
from reelgraph_search.adapters.router import RouterOverHttp
from reelgraph_search.adapters.supergraph import (
    FileSource,
    RegistrySource,
    SupergraphSource,
    supergraphs,
)
from reelgraph_search.definition import IndexDefinition, load_definitions
from reelgraph_search.indexing.keeper import IndexKeeper
from reelgraph_search.indexing.ledger import Ledger
from reelgraph_search.indexing.versions import VersionStore
from reelgraph_search.ports import SearchEngine
from reelgraph_search.search.cursors import Cursors
from reelgraph_search.search.live_indexes import LiveIndexes
from reelgraph_search.search.resources import SearchResources
from reelgraph_search.search.run_search import Searches
from reelgraph_search.search.schema import build_schema
from reelgraph_search.settings import SearchSettings

_ROUTER_TIMEOUT_SECONDS = 15.0
_logger = logging.getLogger("reelgraph.search")


@dataclass(frozen=True)
class Service(SearchResources):
    """Everything of the process that the background work and the checks need."""

    source: SupergraphSource
    supergraph_problem: list[str]
    indexes: LiveIndexes


def create_app(settings: SearchSettings) -> FastAPI:
    """Make the app; nothing is opened before it starts."""
    definitions = load_definitions(settings.definitions_dir)
    return create_subgraph_app(
        build_schema(definitions),
        settings,
        resources=partial(open_service, settings, definitions),
        background=_background(settings),
        checks=_checks,
    )


@asynccontextmanager
async def open_service(
    settings: SearchSettings, definitions: list[IndexDefinition]
) -> AsyncIterator[Service]:
    """Open engine, ledger, router client and event log; close them at the end."""
    engine = open_engine(settings.engine_url)
    ledger = Ledger(Database(settings.database_url))
    await ledger.open()
    if settings.engine_url.startswith("tantivy:"):
        await ledger.release_all()  # an embedded engine has no other process to share with
    signer = Signer.from_file("search", settings.signing_key) if settings.signing_key else None
    client = ServiceClient(
        settings.router_url,
        signer,
        target="router",
        timeout=_ROUTER_TIMEOUT_SECONDS,
    )
    router = RouterOverHttp(client)
    source = open_source(settings)
    async with open_event_log(settings.event_log_url) as log:
        versions = VersionStore(ledger.database)
        keeper = IndexKeeper(definitions, ledger, versions, engine, router, log)
        indexes = LiveIndexes(keeper.definitions, engine, keeper.wanted_mapping, monotonic)
        searches = Searches(indexes, engine, Cursors(cursor_secret(settings.service_dir)))
        try:
            yield Service(searches, keeper, source, [], indexes)
        finally:
            await source.close()
            await router.close()
            await engine.close()
            await ledger.database.close()


def open_engine(url: str) -> SearchEngine:
    """Choose the engine by its URL; its library is imported only then."""
    if url.startswith("tantivy://"):
        from reelgraph_search.adapters.tantivy import TantivyEngine

        return TantivyEngine(Path(url.removeprefix("tantivy://")))
    from reelgraph_search.adapters.elasticsearch import ElasticsearchEngine

    return ElasticsearchEngine(url)


def open_source(settings: SearchSettings) -> SupergraphSource:
    """Take the supergraph from the file, else from the registry."""
    if settings.supergraph_file is not None:
        return FileSource(settings.supergraph_file)
    return RegistrySource(settings.registry_url, settings.graph, settings.variant)


def cursor_secret(folder: Path) -> bytes:
    """The key that cursors are signed with, made once for each data folder (mode 0600)."""
    path = folder / "cursor.key"
    if not path.exists():
        unfinished = folder / f".cursor.{uuid.uuid4().hex}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass  # another process was faster, and its key is whole
        finally:
            unfinished.unlink()
    return path.read_bytes()


def _background(settings: SearchSettings) -> list[BackgroundWork[Service]]:
    work: list[BackgroundWork[Service]] = [_follow_supergraph]
    if settings.workers:
        work += [_rebuild, _follow_changes, _upkeep]
        host = f"{socket.gethostname()}:{os.getpid()}"
        work += [partial(_work, f"{host}:{number}") for number in range(settings.workers)]
    return work


async def _follow_supergraph(service: Service) -> None:
    """Compile against every new supergraph; the last good one stays in use meanwhile."""
    from reelgraph_federation.supergraph import InvalidSupergraphError, parse_supergraph
    from reelgraph_search.templates.graph_facts import facts_from_supergraph

    async for sdl in supergraphs(service.source, service.supergraph_problem):
        try:
            facts = facts_from_supergraph(parse_supergraph(sdl))
        except InvalidSupergraphError as error:
            _logger.error("the supergraph cannot be read: %s", error)
            service.supergraph_problem[:] = [f"the supergraph cannot be read: {error}"]
            continue
        await service.keeper.apply(facts)


async def _rebuild(service: Service) -> None:
    await service.keeper.rebuild()


async def _follow_changes(service: Service) -> None:
    await service.keeper.follow_changes()


async def _upkeep(service: Service) -> None:
    await service.keeper.upkeep()


async def _work(owner: str, service: Service) -> None:
    await service.keeper.work(f"{owner}:{uuid.uuid4().hex[:8]}")


def _checks(service: Service) -> Mapping[str, ReadinessCheck]:
    """Readiness: the engine answers, a supergraph is there, each index can be searched."""

    async def supergraph() -> None:
        if not service.keeper.has_supergraph:
            raise RuntimeError("; ".join(service.supergraph_problem) or "no supergraph yet")

    async def searchable(index: str) -> None:
        await service.indexes.get(index)

    return {
        "engine": service.keeper.engine.check,
        "supergraph": supergraph,
        **{f"index {index}": partial(searchable, index) for index in service.keeper.definitions},
    }
