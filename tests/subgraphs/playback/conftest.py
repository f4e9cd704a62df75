from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from reelgraph_dgs.service_client import ServiceClient
from reelgraph_dgs.testing import SubgraphClient, TestSigners
from subgraphs.billing.app import create_app as create_billing
from subgraphs.billing.settings import Settings as BillingSettings
from subgraphs.catalog.app import create_app as create_catalog
from subgraphs.catalog.settings import Settings as CatalogSettings
from subgraphs.member.app import create_app as create_member
from subgraphs.member.passwords import Passwords
from subgraphs.member.settings import Settings as MemberSettings
from subgraphs.playback.app import create_app
from subgraphs.playback.appliance.app import Appliance, build_appliance
from subgraphs.playback.appliance.settings import Settings as ApplianceSettings
from subgraphs.playback.play.graph_facts import ServiceFacts
from subgraphs.playback.settings import Settings

StartSubgraph = Callable[[FastAPI], Awaitable[SubgraphClient]]


@dataclass
class SettableClock:
    """Starts at the present, as tokens between the services are of the present too."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


Serve = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@asynccontextmanager
async def serving(
    app: Any, listener: socket.socket, lifespan: Literal["on", "off"] = "on"
) -> AsyncIterator[str]:
    """Serve an app on a real socket of this process; gives its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan=lifespan, log_config=None, ws="none", access_log=False)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    host, port = listener.getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    await task


@pytest.fixture
def serve() -> Serve:
    """Serve an app on a listening socket: `async with serve(app, listener) as address`."""
    return serving


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listening socket on a free port: connections wait in it until they are accepted."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@dataclass
class Service:
    """The playback subgraph beside the real catalog, member and billing."""

    app: FastAPI
    client: SubgraphClient
    folder: Path
    clock: SettableClock

    def as_demo(self, profile: str = "demo-adult", address: str = "127.0.0.1") -> SubgraphClient:
        maturity = "SEVEN" if profile == "demo-kids" else "EIGHTEEN"
        return self.client.as_member("demo", profile, maturity=maturity, address=address)

    def appliance(self, appliance_id: str, **changed: Any) -> Appliance:
        """Make an appliance that reaches the control plane in this process."""
        settings = ApplianceSettings(
            id=appliance_id,
            data_dir=self.folder,
            control_url="http://playback",
            public_url=changed.pop("public_url", f"http://{appliance_id}"),
            **changed,
        )
        transport = httpx.ASGITransport(self.app)
        return build_appliance(settings, self.clock, transport)


@pytest.fixture
async def service(
    tmp_path: Path, signers: TestSigners, start_subgraph: StartSubgraph, clock: SettableClock
) -> Service:
    """Playback asking real subgraphs, each with its own stores, in one process."""
    common: dict[str, Any] = {"data_dir": tmp_path, "trusted_signers": signers.jwks_path}
    catalog = create_catalog(CatalogSettings(**common))
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    member = create_member(MemberSettings(**common, seed_demo=True), passwords=cheap)
    billing = create_billing(BillingSettings(**common, seed_demo=True), clock)
    for app in (catalog, member, billing):
        await start_subgraph(app)

    def ask(app: FastAPI, name: str) -> ServiceClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        signer = signers.signer("playback")
        return ServiceClient("http://x/graphql", signer, audience=name, transport=transport)

    facts = ServiceFacts(
        ask(catalog, "catalog"),
        ask(member, "member"),
        ask(billing, "billing"),
    )
    app = create_app(
        Settings(**common, service_scopes="recommendations=history:read"), clock, facts
    )
    return Service(app, await start_subgraph(app), tmp_path, clock)


@pytest.fixture
async def fleet(service: Service) -> AsyncIterator[list[Appliance]]:
    """Three appliances that have reported once."""
    appliances = [service.appliance(name) for name in ("oca-1", "oca-2", "oca-3")]
    for each in appliances:
        await each.reporter.report_once()
    yield appliances
    for each in appliances:
        await each.cache.close()
        await each.control.close()
