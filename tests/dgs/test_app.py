"""A subgraph's app over HTTP: who calls, how long, how much, and what a client is told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
import strawberry
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.context import Context
from reelgraph_dgs.errors import (
    BadRequest,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    SubgraphError,
    Unauthenticated,
    Unavailable,
)
from reelgraph_dgs.permissions import (
    IsMember,
    has_scope,
    require_member,
    require_profile,
    require_scope,
    require_service,
)
from reelgraph_dgs.schema import FederatedSchema, federation_schema
from reelgraph_dgs.settings import SubgraphSettings
from reelgraph_dgs.testing import SubgraphClient, TestSigners
from reelgraph_kit.identity import Identity


class Settings(SubgraphSettings):
    service_name: ClassVar[str] = "sample"


@dataclass
class Shared:
    events: list[str] = field(default_factory=list)
    working: asyncio.Event = field(default_factory=asyncio.Event)


Info = strawberry.Info[Context[Shared], None]

ERRORS: dict[str, type[SubgraphError]] = {
    error.code: error
    for error in (
        Unauthenticated,
        PermissionDenied,
        NotFound,
        BadRequest,
        Unavailable,
        FailedPrecondition,
    )
}


async def load_lengths(context: Context[Shared], words: list[str]) -> Sequence[int | ValueError]:
    context.resources.events.append(f"load {sorted(words)}")
    return [len(word) if word else ValueError("secret") for word in words]


async def load_squares(context: Context[Shared], numbers: list[int]) -> dict[int, int]:
    return {number: number**2 for number in numbers if number > 0}


@strawberry.type
class Caller:
    kind: str
    subject: str | None
    profile: str | None
    maturity: str | None
    scopes: list[str]
    address: str | None
    country: str | None


@strawberry.type
class Node:
    @strawberry.field
    def node(self) -> Node:
        return Node()

    @strawberry.field
    def name(self) -> str:
        return "node"


@strawberry.type
class Query:
    @strawberry.field
    def caller(self, info: Info) -> Caller:
        who = info.context.identity
        return Caller(
            kind=who.kind,
            subject=who.subject,
            profile=who.profile,
            maturity=who.maturity,
            scopes=sorted(who.scopes),
            address=who.address,
            country=who.country,
        )

    @strawberry.field
    def node(self) -> Node:
        return Node()

    @strawberry.field
    def seconds_left(self, info: Info) -> float:
        assert info.context.deadline is not None
        return info.context.deadline.remaining

    @strawberry.field
    def request_id(self, info: Info) -> str:
        return info.context.request_id

    @strawberry.field
    def fail(self, code: str) -> str:
        if code == "INTERNAL":
            raise LookupError("password=secret")
        raise ERRORS[code]("Said to the client.", hint="sign in")

    @strawberry.field
    async def wait_for_ever(self) -> str:
        return await asyncio.Future[str]()

    @strawberry.field
    async def length(self, info: Info, word: str) -> int:
        return await info.context.loader(load_lengths).load(word)

    @strawberry.field
    async def square(self, info: Info, number: int) -> int | None:
        return await info.context.loader(load_squares).load(number)

    @strawberry.field
    def as_member(self, info: Info) -> str:
        return require_member(info.context)

    @strawberry.field
    def as_profile(self, info: Info) -> str:
        return require_profile(info.context)

    @strawberry.field
    def as_service(self, info: Info) -> str:
        return require_service(info.context)

    @strawberry.field
    def as_writer(self, info: Info) -> str:
        return require_scope(info.context, "catalog:write").kind

    @strawberry.field(permission_classes=[IsMember, has_scope("catalog:write")])  # type: ignore[untyped-decorator]  # Strawberry's own
    def guarded(self) -> str:
        return "open"


@pytest.fixture(scope="module")
def schema() -> FederatedSchema:
    return federation_schema(Query)


Start = Callable[[FastAPI], Awaitable[SubgraphClient]]
Make = Callable[..., FastAPI]


@pytest.fixture
def make(schema: FederatedSchema, signers: TestSigners) -> Make:
    def make_app(shared: Shared | None = None, **settings: Any) -> FastAPI:
        @asynccontextmanager
        async def resources() -> AsyncIterator[Shared]:
            yield shared or Shared()

        given: dict[str, Any] = {"trusted_signers": signers.jwks_path, **settings}
        return create_subgraph_app(schema, Settings(**given), resources=resources)

    return make_app


@pytest.fixture
async def client(make: Make, start_subgraph: Start) -> SubgraphClient:
    return await start_subgraph(make())


CALLER = "{ caller { kind subject profile maturity scopes address country } }"
ANONYMOUS: dict[str, object] = {
    "kind": "anonymous",
    "subject": None,
    "profile": None,
    "maturity": None,
    "scopes": [],
    "address": None,
    "country": None,
}


async def test_without_a_header_the_caller_is_anonymous(client: SubgraphClient) -> None:
    assert (await client.execute(CALLER)).data["caller"] == ANONYMOUS


async def test_the_routers_word_is_believed(client: SubgraphClient) -> None:
    identity = Identity("member", "m1", "p1", "SIXTEEN", frozenset({"b", "a"}), "192.0.2.1", "DE")
    result = await client.as_caller(identity).execute(CALLER)
    assert result.data["caller"] == {
        "kind": "member",
        "subject": "m1",
        "profile": "p1",
        "maturity": "SIXTEEN",
        "scopes": ["a", "b"],
        "address": "192.0.2.1",
        "country": "DE",
    }


@pytest.mark.parametrize("header", ["", "nonsense", "a.b.c"])
async def test_a_bad_identity_is_never_anonymous(client: SubgraphClient, header: str) -> None:
    result = await client.execute(CALLER, headers={"Reelgraph-Identity": header})
    assert result.response.status_code == 401
    assert result.codes == ["UNAUTHENTICATED"]
    assert result.partial_data is None


async def test_a_strangers_word_is_not_believed(
    client: SubgraphClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = TestSigners(tmp_path_factory.mktemp("stranger"))
    header = stranger.identity_header(Identity("member", "m1"), audience="sample")
    result = await client.execute(CALLER, headers={"Reelgraph-Identity": header})
    assert result.response.status_code == 401


async def test_claims_of_a_wrong_shape_are_refused(
    client: SubgraphClient, signers: TestSigners
) -> None:
    header = signers.signer("router").sign({"kind": "root", "aud": "sample"}, 60)
    result = await client.execute(CALLER, headers={"Reelgraph-Identity": header})
    assert result.response.status_code == 401


async def test_direct_callers_can_be_refused(make: Make, start_subgraph: Start) -> None:
    client = await start_subgraph(make(require_identity=True))
    assert (await client.execute(CALLER)).response.status_code == 401
    assert (await client.as_member("m1").execute(CALLER)).data["caller"]["subject"] == "m1"
    assert (await client.http.get("/health")).status_code == 200


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_errors_for_clients_have_their_code(client: SubgraphClient, code: str) -> None:
    result = await client.execute("query ($code: String!) { fail(code: $code) }", {"code": code})
    assert result.response.status_code == 200
    assert result.errors == [
        {
            "message": "Said to the client.",
            "locations": [{"line": 1, "column": 26}],
            "path": ["fail"],
            "extensions": {"code": code, "hint": "sign in"},
        }
    ]


async def test_other_errors_are_masked_and_logged(
    client: SubgraphClient, caplog: pytest.LogCaptureFixture
) -> None:
    result = await client.execute('{ fail(code: "INTERNAL") }', headers={"X-Request-Id": "r-17"})
    (error,) = result.errors
    assert error["message"] == "Internal error"
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "r-17"}
    assert "secret" not in result.response.text
    assert "LookupError: password=secret" in caplog.text
    assert "error at fail" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ unknown }"},
        {"query": "query ($code: String!) { fail(code: $code) }"},
        {"query": "query A { caller { kind } } query B { caller { kind } }"},
        {"query": "{ caller { kind } }", "operationName": "Unknown"},
        {},
        {"query": 5},
        [],
    ],
)
async def test_what_makes_no_sense_is_a_bad_request(client: SubgraphClient, body: object) -> None:
    response = await client.http.post("/graphql", json=body)
    assert response.headers["content-type"] == "application/json"
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["BAD_REQUEST"]


async def test_what_is_no_json_is_a_bad_request(client: SubgraphClient) -> None:
    response = await client.http.post(
        "/graphql", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_get_is_not_for_queries(client: SubgraphClient) -> None:
    response = await client.http.get("/graphql", params={"query": "{ caller { kind } }"})
    assert response.status_code == 400


async def test_the_request_id_goes_through(client: SubgraphClient) -> None:
    result = await client.execute("{ requestId }", headers={"X-Request-Id": "r-1"})
    assert result.data["requestId"] == "r-1"
    assert result.response.headers["x-request-id"] == "r-1"


async def test_the_deadline_reaches_resolvers(client: SubgraphClient) -> None:
    deadline = str(int((time.time() + 5) * 1000))
    result = await client.execute("{ secondsLeft }", headers={"Reelgraph-Deadline": deadline})
    assert 3 < result.data["secondsLeft"] <= 5


async def test_a_later_deadline_than_allowed_is_cut(client: SubgraphClient) -> None:
    deadline = str(int((time.time() + 500) * 1000))
    result = await client.execute("{ secondsLeft }", headers={"Reelgraph-Deadline": deadline})
    assert 25 < result.data["secondsLeft"] <= 30


async def test_a_request_is_not_begun_after_its_deadline(client: SubgraphClient) -> None:
    result = await client.execute("{ secondsLeft }", headers={"Reelgraph-Deadline": "1"})
    assert (result.response.status_code, result.codes) == (504, ["UNAVAILABLE"])


async def test_a_request_is_stopped_at_its_deadline(client: SubgraphClient) -> None:
    deadline = str(int((time.time() + 0.1) * 1000))
    result = await client.execute("{ waitForEver }", headers={"Reelgraph-Deadline": deadline})
    assert (result.response.status_code, result.codes) == (504, ["UNAVAILABLE"])


async def test_a_request_without_a_deadline_ends_too(make: Make, start_subgraph: Start) -> None:
    client = await start_subgraph(make(request_timeout_seconds=0.1))
    assert (await client.execute("{ waitForEver }")).response.status_code == 504


@pytest.mark.parametrize("deadline", ["soon", "-1", "1e3", "", "9" * 30])
async def test_a_deadline_is_a_number(client: SubgraphClient, deadline: str) -> None:
    result = await client.execute("{ secondsLeft }", headers={"Reelgraph-Deadline": deadline})
    assert (result.response.status_code, result.codes) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    ("limit", "query", "allowed"),
    [
        ({"max_query_depth": 2}, "{ node { node { name } } }", True),
        ({"max_query_depth": 2}, "{ node { node { node { name } } } }", False),
        ({"max_query_aliases": 1}, "{ a: node { name } }", True),
        ({"max_query_aliases": 1}, "{ a: node { name } b: node { name } }", False),
        ({"max_query_tokens": 7}, "{ node { name } }", True),
        ({"max_query_tokens": 7}, "{ node { node { name } } }", False),
        ({"introspection": True}, "{ __schema { queryType { name } } }", True),
        ({"introspection": False}, "{ __schema { queryType { name } } }", False),
        ({"introspection": False}, "{ __typename }", True),
    ],
)
async def test_limits(
    make: Make, start_subgraph: Start, limit: dict[str, int], query: str, allowed: bool
) -> None:
    client = await start_subgraph(make(**limit))
    result = await client.execute(query)
    assert set(result.codes) == (set() if allowed else {"BAD_REQUEST"})


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_refused(
    make: Make, start_subgraph: Start, chunked: bool
) -> None:
    client = await start_subgraph(make(max_request_bytes=100))

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 10

    content = chunks() if chunked else b" " * 200
    headers = {"Content-Type": "application/json"}
    response = await client.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == 413
    assert response.json()["errors"][0]["message"] == "The request has more than 100 bytes."
    assert (await client.execute("{ node { name } }")).errors == []


async def test_loaders_load_what_is_asked_together_once(make: Make, start_subgraph: Start) -> None:
    shared = Shared()
    client = await start_subgraph(make(shared))
    result = await client.execute(
        '{ a: length(word: "a") b: length(word: "bb") c: length(word: "a") }'
    )
    assert result.data == {"a": 1, "b": 2, "c": 1}
    await client.execute('{ length(word: "a") }')
    assert shared.events == ["load ['a', 'bb']", "load ['a']"]


async def test_a_loader_fails_for_one_key(client: SubgraphClient) -> None:
    result = await client.execute('{ a: length(word: "a") b: length(word: "") }')
    assert [error["path"] for error in result.errors] == [["b"]]
    assert result.codes == ["INTERNAL"]


async def test_a_loader_may_give_a_mapping(client: SubgraphClient) -> None:
    result = await client.execute("{ a: square(number: 3) b: square(number: -1) }")
    assert result.data == {"a": 9, "b": None}


PERMISSIONS = [
    ("asMember", "anonymous", "UNAUTHENTICATED"),
    ("asMember", "service", "UNAUTHENTICATED"),
    ("asMember", "member", "m1"),
    ("asProfile", "anonymous", "UNAUTHENTICATED"),
    ("asProfile", "member", "FORBIDDEN"),
    ("asProfile", "profile", "p1"),
    ("asService", "anonymous", "FORBIDDEN"),
    ("asService", "member", "FORBIDDEN"),
    ("asService", "service", "search"),
    ("asWriter", "anonymous", "UNAUTHENTICATED"),
    ("asWriter", "member", "FORBIDDEN"),
    ("asWriter", "writer", "member"),
    ("guarded", "anonymous", "UNAUTHENTICATED"),
    ("guarded", "member", "FORBIDDEN"),
    ("guarded", "writer", "open"),
]


@pytest.mark.parametrize(("name", "who", "expected"), PERMISSIONS)
async def test_permissions(client: SubgraphClient, name: str, who: str, expected: str) -> None:
    callers = {
        "anonymous": client,
        "member": client.as_member("m1"),
        "profile": client.as_member("m1", "p1"),
        "writer": client.as_member("m1", scopes=["catalog:write"]),
        "service": client.as_service("search"),
    }
    result = await callers[who].execute(f"{{ {name} }}")
    assert (result.codes or [result.data[name]]) == [expected]


async def test_resources_and_background_work_live_with_the_app(
    schema: FederatedSchema, start_subgraph: Start
) -> None:
    shared = Shared()

    @asynccontextmanager
    async def resources() -> AsyncIterator[Shared]:
        shared.events.append("opened")
        yield shared
        shared.events.append("closed")

    async def work(given: Shared) -> None:
        given.working.set()
        try:
            await asyncio.Future[None]()
        finally:
            given.events.append("work cancelled")

    async def always() -> None:
        pass

    async def plain(request: Request) -> JSONResponse:
        return JSONResponse({"same": request.app.state.resources is shared})

    app = create_subgraph_app(
        schema,
        Settings(),
        resources=resources,
        background=[work],
        checks=lambda given: {"shared": always},
        routes=[Route("/plain", plain)],
    )
    async with app.router.lifespan_context(app):
        await asyncio.wait_for(shared.working.wait(), 60)
    assert shared.events == ["opened", "work cancelled", "closed"]
    client = await start_subgraph(app)
    assert (await client.http.get("/plain")).json() == {"same": True}
    assert (await client.http.get("/ready")).json()["checks"] == {"shared": "ok"}


async def test_failing_background_work_starts_again(
    schema: FederatedSchema,
    start_subgraph: Start,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("reelgraph_dgs.background._FIRST_PAUSE_SECONDS", 0)
    attempts: list[int] = []
    second = asyncio.Event()

    async def work(resources: None) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise LookupError("first attempt")
        second.set()

    await start_subgraph(create_subgraph_app(schema, Settings(), background=[work]))
    await asyncio.wait_for(second.wait(), 60)
    assert "background work" in caplog.text
    assert "first attempt" in caplog.text


async def test_a_failing_route_tells_nothing(
    schema: FederatedSchema, start_subgraph: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(request: Request) -> JSONResponse:
        raise LookupError("password=secret")

    app = create_subgraph_app(schema, Settings(), routes=[Route("/fail", fail)])
    client = await start_subgraph(app)
    with caplog.at_level(logging.ERROR):
        response = await client.http.get("/fail")
    assert response.status_code == 500
    assert response.json()["errors"][0]["message"] == "Internal error"
    assert "secret" not in response.text
    assert "password=secret" in caplog.text


SAID = {
    # name: (signer, claims, seconds, whether it is believed)
    "the router of a member": ("router", {"kind": "member", "sub": "m1"}, 60, True),
    "the router of a service": ("router", {"kind": "service", "sub": "search"}, 60, True),
    "the router for an hour": ("router", {"kind": "member", "sub": "m1"}, 3600, False),
    "a service of itself": ("playback", {"kind": "service", "sub": "playback"}, 60, True),
    "a service of a member": ("playback", {"kind": "member", "sub": "m1"}, 60, False),
    "a service of nobody": ("playback", {"kind": "anonymous", "sub": None}, 60, False),
    "a service of another": ("playback", {"kind": "service", "sub": "billing"}, 60, False),
    "a service of the router": ("playback", {"kind": "service", "sub": "router"}, 60, False),
    "a service with a profile": ("playback", {"kind": "service", "sub": "playback", "profile": "p1"}, 60, False),
    "an access token": ("playback", {"sub": "m1", "profile": "p1"}, 60, False),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
async def test_who_may_say_who_calls(
    name: str, client: SubgraphClient, signers: TestSigners
) -> None:
    signer, claims, seconds, believed = SAID[name]
    header = signers.signer(signer).sign({**claims, "aud": "sample"}, seconds)
    result = await client.execute("{ __typename }", headers={"Reelgraph-Identity": header})
    assert (result.response.status_code == 200) is believed
    assert result.codes == ([] if believed else ["UNAUTHENTICATED"])


AUDIENCES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    # name: (settings, claims, whether it is believed)
    "the service": ({}, {"aud": "sample"}, True),
    "several, the service too": ({}, {"aud": ["other", "sample"]}, True),
    "another one": ({}, {"aud": "other"}, False),
    "several others": ({}, {"aud": ["other", "router"]}, False),
    "part of the name": ({}, {"aud": "samp"}, False),
    "nobody": ({}, {}, False),
    "null": ({}, {"aud": None}, False),
    "an empty name": ({}, {"aud": ""}, False),
    "no one in a list": ({}, {"aud": []}, False),
    "no name": ({}, {"aud": 7}, False),
    "names in an object": ({}, {"aud": {"sample": True}}, False),
    "lists in a list": ({}, {"aud": [["sample"]]}, False),
    "a name of the setting": ({"identity_audiences": "films, people"}, {"aud": "people"}, True),
    "the service, named otherwise": ({"identity_audiences": "films"}, {"aud": "sample"}, False),
    "nobody, as the setting allows": ({"identity_without_audience": True}, {}, True),
    "another one, where nobody may be": (
        {"identity_without_audience": True}, {"aud": "other"}, False),
}  # fmt: skip


@pytest.mark.parametrize("name", AUDIENCES)
@pytest.mark.parametrize("signer", ["router", "playback"])
async def test_whom_an_identity_is_for(
    name: str, signer: str, make: Make, start_subgraph: Start, signers: TestSigners
) -> None:
    settings, claims, believed = AUDIENCES[name]
    client = await start_subgraph(make(**settings))
    said = {"kind": "service", "sub": "playback", **claims}
    header = signers.signer(signer).sign(said, 60)
    result = await client.execute("{ __typename }", headers={"Reelgraph-Identity": header})
    assert (result.response.status_code == 200) is believed
    assert result.codes == ([] if believed else ["UNAUTHENTICATED"])
