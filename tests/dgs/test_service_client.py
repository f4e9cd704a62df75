"""Calls between services: signed, limited in time, tried again with measure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
import strawberry
from fastapi import FastAPI

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.context import Info
from reelgraph_dgs.deadline import Deadline
from reelgraph_dgs.permissions import require_scope, require_service
from reelgraph_dgs.schema import federation_schema
from reelgraph_dgs.service_client import ServiceClient, ServiceErrors, ServiceUnavailable
from reelgraph_dgs.settings import SubgraphSettings
from reelgraph_dgs.testing import SubgraphClient, TestSigners
from reelgraph_kit.logging import request_id
from reelgraph_kit.signing import TrustedSigners

URL = "http://other/graphql"


@strawberry.federation.type(keys=["id"])
class Member:
    id: strawberry.ID
    name: str

    @classmethod
    async def resolve_references(cls, info: Info, ids: list[strawberry.ID]) -> list[Member | None]:
        require_scope(info.context, "member:read")
        return [None if id == "missing" else Member(id=id, name=f"Member {id}") for id in ids]


@strawberry.type
class Query:
    @strawberry.field
    def caller(self, info: Info) -> str:
        return require_service(info.context)


@pytest.fixture
async def app(
    signers: TestSigners, start_subgraph: Callable[[FastAPI], Awaitable[SubgraphClient]]
) -> FastAPI:
    schema = federation_schema(Query, types=[Member])
    settings = SubgraphSettings(
        trusted_signers=signers.jwks_path, service_scopes="billing=member:read other"
    )
    app = create_subgraph_app(schema, settings)
    await start_subgraph(app)
    return app


async def test_a_subgraph_knows_the_calling_service(app: FastAPI, signers: TestSigners) -> None:
    transport = httpx.ASGITransport(app)
    async with ServiceClient(
        URL, signers.signer("billing"), audience="service", transport=transport
    ) as client:
        assert await client.query("{ caller }") == {"caller": "billing"}


async def test_a_service_has_the_scopes_that_the_receiver_grants(
    app: FastAPI, signers: TestSigners
) -> None:
    said = {"kind": "service", "sub": "search", "aud": "service", "scopes": ["member:read"]}
    document = '{ _entities(representations: [{__typename: "Member", id: "1"}]) { __typename } }'
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        for signer, name, code in (
            ("search", "search", "FORBIDDEN"),
            ("router", "search", "FORBIDDEN"),
            ("router", "billing", None),
            ("billing", "billing", None),
        ):
            token = signers.signer(signer).sign({**said, "sub": name}, 60)
            headers = {"Reelgraph-Identity": token}
            answer = await client.post(URL, json={"query": document}, headers=headers)
            codes = [one["extensions"]["code"] for one in answer.json().get("errors", [])]
            assert codes == ([] if code is None else [code]), (signer, name)


@pytest.mark.parametrize("entry", ["search", "=member:read", "search=", "search= ,a=b"])
def test_a_grant_that_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="must have the form service=scope"):
        SubgraphSettings(service_scopes=entry)


async def test_what_is_signed_for_one_subgraph_is_refused_by_another(
    app: FastAPI, signers: TestSigners
) -> None:
    transport = httpx.ASGITransport(app)
    async with ServiceClient(
        URL, signers.signer("billing"), audience="member", transport=transport
    ) as client:
        with pytest.raises(ServiceErrors) as caught:
            await client.query("{ caller }")
    assert caught.value.codes == {"UNAUTHENTICATED"}


def test_whom_calls_are_signed_for_must_be_named(signers: TestSigners) -> None:
    with pytest.raises(ValueError, match=f"{URL}.*audience="):
        ServiceClient(URL, signers.signer("billing"))


async def test_entities_come_in_order(app: FastAPI, signers: TestSigners) -> None:
    async with ServiceClient(
        URL,
        signers.signer("billing"),
        audience="service",
        transport=httpx.ASGITransport(app),
    ) as client:
        found = await client.entities("Member", ["2", "missing", {"id": "1"}], "id name")
        assert found == [{"id": "2", "name": "Member 2"}, None, {"id": "1", "name": "Member 1"}]
        assert await client.entities("Member", [], "id") == []


async def test_errors_are_for_logs(app: FastAPI, signers: TestSigners) -> None:
    transport = httpx.ASGITransport(app)
    async with ServiceClient(
        URL, signers.signer("search"), audience="service", transport=transport
    ) as client:
        with pytest.raises(ServiceErrors, match="needs the scope member:read") as caught:
            await client.entities("Member", ["1"], "id")
    assert caught.value.codes == {"FORBIDDEN"}
    assert caught.value.data == {"_entities": [None]}


class Server:
    """Answers as it is told, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(data: dict[str, Any] | None = None) -> httpx.Response:
    return httpx.Response(200, json={"data": data or {"ok": True}})


def client_of(server: Server, signers: TestSigners, **options: Any) -> ServiceClient:
    transport = httpx.MockTransport(server)
    named = {"audience": "other"} if options.get("target") != "router" else {}
    return ServiceClient(URL, signers.signer("search"), transport=transport, **named, **options)


async def test_the_router_gets_a_bearer_token(signers: TestSigners) -> None:
    server = Server(ok())
    async with client_of(server, signers, target="router") as client:
        await client.query("{ ok }", {"x": 1})
    (request,) = server.requests
    scheme, token = request.headers["Authorization"].split()
    claims = TrustedSigners.from_file(signers.jwks_path).verify(token)
    assert scheme == "Bearer"
    assert (claims["iss"], claims["kind"], claims["sub"]) == ("search", "service", "search")
    assert (claims["scopes"], claims["aud"]) == ([], "router")
    assert "Reelgraph-Identity" not in request.headers
    assert json.loads(request.content) == {"query": "{ ok }", "variables": {"x": 1}}


async def test_deadline_and_request_id_go_along(signers: TestSigners) -> None:
    server = Server(ok())
    deadline = Deadline.after(1)
    token = request_id.set("r-9")
    async with client_of(server, signers) as client:
        await client.query("{ ok }", deadline=deadline)
    request_id.reset(token)
    assert server.requests[0].headers["Reelgraph-Deadline"] == str(deadline.unix_ms)
    assert server.requests[0].headers["X-Request-Id"] == "r-9"


async def test_a_token_is_signed_once_for_many_calls(signers: TestSigners) -> None:
    server = Server(ok())
    async with client_of(server, signers) as client:
        await client.query("{ ok }")
        await client.query("{ ok }")
    first, second = (request.headers["Reelgraph-Identity"] for request in server.requests)
    assert first == second


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(504, text="")]
)
async def test_a_query_is_tried_again(
    signers: TestSigners, trouble: httpx.Response | Exception
) -> None:
    server = Server(trouble, ok())
    async with client_of(server, signers) as client:
        assert await client.query("{ ok }") == {"ok": True}
    assert len(server.requests) == 2


async def test_a_mutation_is_never_sent_twice(signers: TestSigners) -> None:
    server = Server(httpx.ReadTimeout("no answer"), ok())
    async with client_of(server, signers) as client:
        with pytest.raises(ServiceUnavailable) as caught:
            await client.mutate("mutation { pay }")
    assert len(server.requests) == 1
    assert caught.value.code == "UNAVAILABLE"
    assert "refused" not in caught.value.message


async def test_a_passed_deadline_is_not_waited_for(signers: TestSigners) -> None:
    server = Server(ok())
    async with client_of(server, signers) as client:
        with pytest.raises(ServiceUnavailable, match="deadline"):
            await client.query("{ ok }", deadline=Deadline(1))
    assert server.requests == []


async def test_a_service_that_fails_is_left_alone(signers: TestSigners) -> None:
    server = Server(httpx.ConnectError("refused"))
    async with client_of(server, signers) as client:
        for _ in range(30):
            with pytest.raises(ServiceUnavailable):
                await client.mutate("mutation { pay }")
    assert len(server.requests) == 10


async def test_what_is_no_graphql_is_an_error(signers: TestSigners) -> None:
    server = Server(httpx.Response(200, text="<html>"))
    async with client_of(server, signers) as client:
        with pytest.raises(ServiceErrors, match="HTTP 200 without a GraphQL response"):
            await client.query("{ ok }")


async def test_a_real_connection_gives_up_in_time(signers: TestSigners) -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/graphql"
    async with server:
        async with ServiceClient(
            url, signers.signer("search"), audience="x", timeout=0.2
        ) as client:
            with pytest.raises(ServiceUnavailable):
                await client.query("{ ok }")
        await asyncio.wait_for(gone.wait(), 60)
