"""What the router tells one subgraph of a caller is of no use at another one."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import ClassVar

import httpx
import strawberry
from serving import serving

from reelgraph_dgs.app import create_subgraph_app
from reelgraph_dgs.context import Info
from reelgraph_dgs.schema import federation_schema
from reelgraph_dgs.settings import SubgraphSettings
from reelgraph_federation import Subgraph, compose
from reelgraph_kit.signing import create_private_key, jwks_document
from reelgraph_router.transport.memory import MemoryTransport, from_asgi


class Films(SubgraphSettings):
    service_name: ClassVar[str] = "films"


class People(SubgraphSettings):
    service_name: ClassVar[str] = "people"


@strawberry.type(name="Query")
class FilmQuery:
    @strawberry.field
    def film(self, info: Info) -> str:
        return info.context.identity.issuer


@strawberry.type(name="Query")
class PeopleQuery:
    @strawberry.field
    def person(self, info: Info) -> str:
        return info.context.identity.issuer


def ask(query: str, headers: dict[str, str]) -> dict[str, object]:
    sent = {name: headers[name] for name in headers if name == "reelgraph-identity"}
    return {"url": "http://subgraph/graphql", "json": {"query": query}, "headers": sent}


async def test_a_header_for_one_subgraph_is_refused_by_another(tmp_path):
    key = create_private_key(tmp_path / "router.pem")
    signers = tmp_path / "signers.json"
    signers.write_text(json.dumps(jwks_document({"router": key})))
    settings = {"trusted_signers": signers, "require_identity": True, "data_dir": tmp_path}
    schemas = {"films": federation_schema(FilmQuery), "people": federation_schema(PeopleQuery)}
    apps = {
        "films": create_subgraph_app(schemas["films"], Films(**settings)),
        "people": create_subgraph_app(schemas["people"], People(**settings)),
    }
    parts = [
        Subgraph(name, f"http://{name}/graphql", one.as_str()) for name, one in schemas.items()
    ]
    supergraph = compose(parts).supergraph_sdl
    transport = MemoryTransport({name: from_asgi(app) for name, app in apps.items()})
    async with AsyncExitStack() as stack:
        for app in apps.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        router = await stack.enter_async_context(
            serving(tmp_path, transport, supergraph, signing_key=tmp_path / "router.pem")
        )
        answer = await router.post("/graphql", json={"query": "{ film person }"})
        assert answer.json() == {"data": {"film": "router", "person": "router"}}
        for receiver, app in apps.items():
            web = httpx.AsyncClient(transport=httpx.ASGITransport(app))
            subgraph = await stack.enter_async_context(web)
            for meant, calls in transport.calls.items():
                found = await subgraph.post(**ask("{ __typename }", calls[0].headers))
                assert found.status_code == (200 if meant == receiver else 401)
