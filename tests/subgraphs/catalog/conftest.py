from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from reelgraph_dgs.database import Database
from reelgraph_dgs.outbox import outbox_table
from reelgraph_kit.identity import IDENTITY_HEADER, Identity
from reelgraph_kit.signing import Signer, create_private_key, jwks_document
from subgraphs.catalog.app import create_app
from subgraphs.catalog.seed import seed_films
from subgraphs.catalog.settings import Settings
from subgraphs.catalog.store import CatalogStore
from subgraphs.catalog.tables import metadata

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/catalog/catalog.db")
    await opened.create_tables(metadata)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with its films, made once; every test gets a copy."""
    path = tmp_path_factory.mktemp("seeded") / "catalog.db"

    async def seed() -> None:
        made = Database(f"sqlite+aiosqlite:///{path}")
        await made.create_tables(metadata)
        await seed_films(made)
        await made.close()

    asyncio.run(seed())
    return path


def copy_of(template: Path, folder: Path) -> str:
    (folder / "catalog").mkdir(exist_ok=True)
    copy = shutil.copy(template, folder / "catalog" / "catalog.db")
    return f"sqlite+aiosqlite:///{copy}"


@pytest.fixture
async def seeded(tmp_path: Path, template: Path) -> AsyncIterator[Database]:
    opened = Database(copy_of(template, tmp_path))
    yield opened
    await opened.close()


@pytest.fixture
def store(seeded: Database) -> CatalogStore:
    return CatalogStore(seeded)


@pytest.fixture
def statements(seeded: Database) -> list[str]:
    """Every SELECT of a table that the database is asked for from now on."""
    seen: list[str] = []

    @event.listens_for(seeded.engine.sync_engine, "before_cursor_execute")
    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM" in statement:
            seen.append(statement)

    return seen


@pytest.fixture
def changes(seeded: Database) -> Callable[[], Awaitable[list[bytes]]]:
    async def read() -> list[bytes]:
        async with seeded.read() as session:
            query = select(outbox_table.c.value).order_by(outbox_table.c.id)
            return list((await session.scalars(query)).all())

    return read


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer("router", create_private_key(tmp_path / "router.pem"))


@pytest.fixture
async def ask(tmp_path: Path, signer: Signer, template: Path) -> AsyncIterator[Ask]:
    """Run an operation on the whole app, as whoever `identity` is."""
    keys = tmp_path / "services.jwks.json"
    keys.write_text(json.dumps(jwks_document({"router": signer.public_key})))
    copy_of(template, tmp_path)
    settings = Settings(data_dir=tmp_path, trusted_signers=keys)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://catalog"
        ) as client,
    ):

        async def run(
            query: str, identity: Identity | None = None, **variables: Any
        ) -> dict[str, Any]:
            headers = {}
            if identity is not None:
                headers[IDENTITY_HEADER] = signer.sign(
                    {**identity.to_claims(), "aud": "catalog"}, 60
                )
            answer = await client.post(
                "/graphql", json={"query": query, "variables": variables}, headers=headers
            )
            body: dict[str, Any] = answer.json()
            return body

        yield run
