"""The member subgraph: who members are, and how they prove it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import OutboxRelay
from reelgraph_kit.asgi import ReadinessCheck
from reelgraph_kit.clock import Clock, utc_now
from reelgraph_kit.event_log import open_event_log
from reelgraph_kit.signing import Signer, load_or_create_private_key
from subgraphs.member.passwords import Passwords
from subgraphs.member.schema import create_schema
from subgraphs.member.settings import Settings
from subgraphs.member.tables import metadata
from subgraphs.member.tokens import ISSUER, TokenIssuer
from subgraphs.member.use_cases.directory import Directory
from subgraphs.member.use_cases.seed_demo import seed_demo


def create_app(
    settings: Settings, clock: Clock = utc_now, passwords: Passwords | None = None
) -> FastAPI:
    """Wire the subgraph together; its signing key is made at the first start."""

    @asynccontextmanager
    async def resources() -> AsyncIterator[Directory]:
        database = Database(settings.database_url)
        try:
            await database.create_tables(metadata)
            directory = Directory(database, passwords or Passwords(), _open_tokens(settings), clock)
            if settings.seed_demo:
                await seed_demo(directory)
            yield directory
        finally:
            await database.close()

    async def relay(directory: Directory) -> None:
        async with open_event_log(settings.event_log_url) as log:
            await OutboxRelay(directory.database.engine, log).run()

    def checks(directory: Directory) -> Mapping[str, ReadinessCheck]:
        return {"database": directory.database.ping}

    return create_subgraph_app(
        create_schema(),
        settings,
        resources=resources,
        background=[relay],
        checks=checks,
        routes=[Route("/.well-known/jwks.json", _show_keys)],
    )


def _open_tokens(settings: Settings) -> TokenIssuer:
    path = settings.signing_key or settings.data_dir / "keys" / "member.pem"
    signer = Signer(ISSUER, load_or_create_private_key(path))
    return TokenIssuer(signer, timedelta(minutes=settings.token_minutes))


async def _show_keys(request: Request) -> JSONResponse:
    """Publish the public key that access tokens are verified with."""
    directory: Directory = request.app.state.resources
    headers = {"Cache-Control": "public, max-age=300"}
    return JSONResponse(directory.tokens.jwks(), headers=headers)
