"""Subscriptions over WebSocket, with the same identity and the same masked errors."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import strawberry
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.context import Info
from reelgraph_dgs.schema import federation_schema
from reelgraph_dgs.settings import SubgraphSettings
from reelgraph_dgs.testing import TestSigners
from reelgraph_kit.identity import Identity

PROTOCOLS = [Subprotocol("graphql-transport-ws")]


@strawberry.type
class Query:
    answer: int = 42


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, to: int) -> AsyncGenerator[str, None]:
        for number in range(to):
            yield f"{info.context.identity.subject} {number}"

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[int, None]:
        yield 1
        raise LookupError("password=secret")


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="on", log_config=None, ws="websockets-sansio")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}/graphql"
    server.should_exit = True
    await task


async def subscribe(socket: ClientConnection, query: str) -> list[dict[str, Any]]:
    """Return all messages of one subscription, to its end."""
    await socket.send(json.dumps({"type": "connection_init"}))
    assert json.loads(await socket.recv()) == {"type": "connection_ack"}
    start = {"id": "1", "type": "subscribe", "payload": {"query": query}}
    await socket.send(json.dumps(start))
    messages: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while not messages or messages[-1]["type"] not in ("complete", "error"):
            messages.append(json.loads(await socket.recv()))
    return messages


@pytest.fixture
async def url(signers: TestSigners) -> AsyncIterator[str]:
    schema = federation_schema(Query, subscription=Subscription)
    app = create_subgraph_app(schema, SubgraphSettings(trusted_signers=signers.jwks_path))
    async with serving(app) as url:
        yield url


async def test_events_arrive_in_the_name_of_the_caller(url: str, signers: TestSigners) -> None:
    identity = signers.identity_header(Identity("member", "m1"), audience="service")
    headers = {"Reelgraph-Identity": identity}
    async with connect(url, subprotocols=PROTOCOLS, additional_headers=headers) as socket:
        messages = await subscribe(socket, "subscription { count(to: 2) }")
    assert [message.get("payload") for message in messages] == [
        {"data": {"count": "m1 0"}},
        {"data": {"count": "m1 1"}},
        None,
    ]


async def test_a_bad_identity_gets_no_connection(url: str) -> None:
    headers = {"Reelgraph-Identity": "nonsense"}
    with pytest.raises(InvalidStatus):
        await connect(url, subprotocols=PROTOCOLS, additional_headers=headers)


async def test_internal_errors_are_masked(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with connect(url, subprotocols=PROTOCOLS) as socket:
        messages = await subscribe(socket, "subscription { broken }")
    assert "secret" not in json.dumps(messages)
    assert messages[0]["payload"] == {"data": {"broken": 1}}
    assert "Internal error" in json.dumps(messages[1:])
    assert "password=secret" in caplog.text
