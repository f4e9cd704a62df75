"""Test a subgraph as its callers see it: over ASGI, in the name of a caller, by entity.

The pytest plugin `reelgraph_dgs.pytest_plugin` makes fixtures of these.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from strawberry.types.base import get_object_definition

from reelgraph_kit.identity import ANONYMOUS, AUDIENCE_CLAIM, IDENTITY_HEADER, Identity
from reelgraph_kit.signing import Signer, jwks_document

Json = Any
Key = str | Mapping[str, object]


class TestSigners:
    """Throw-away keys of the router and some services, and the file with their public halves.

    Give `jwks_path` to the settings' `trusted_signers`.
    """

    __test__ = False  # not a test class, whatever its name

    def __init__(self, folder: Path, services: Sequence[str] = ("router",)) -> None:
        keys = {name: Ed25519PrivateKey.generate() for name in services}
        self._signers = {name: Signer(name, key) for name, key in keys.items()}
        self.jwks_path = folder / "signers.jwks.json"
        self.jwks_path.write_text(json.dumps(jwks_document(keys)))

    def signer(self, name: str = "router") -> Signer:
        """Return the signer of a service."""
        return self._signers[name]

    def identity_header(self, identity: Identity, signer: str = "router", *, audience: str) -> str:
        """Return what the `Reelgraph-Identity` header holds for a caller of the service `audience`."""
        claims = {**identity.to_claims(), AUDIENCE_CLAIM: audience}
        return self._signers[signer].sign(claims, lifetime_seconds=120)


class GraphQLResult:
    """An HTTP response that holds a GraphQL result."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.body: dict[str, Json] = response.json()

    @property
    def data(self) -> dict[str, Json]:
        """The data; fails with the errors' texts when there are any."""
        assert not self.errors, f"unexpected errors: {json.dumps(self.errors)}"
        return cast("dict[str, Json]", self.body["data"])

    @property
    def partial_data(self) -> dict[str, Json] | None:
        """The data beside errors, if any."""
        return cast("dict[str, Json] | None", self.body.get("data"))

    @property
    def errors(self) -> list[dict[str, Json]]:
        """The errors, or an empty list."""
        return cast("list[dict[str, Json]]", self.body.get("errors") or [])

    @property
    def codes(self) -> list[str]:
        """The errors' codes in order."""
        return [str(error["extensions"]["code"]) for error in self.errors]


class SubgraphClient:
    """Sends requests to an app in this process, as the router would send them."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        signers: TestSigners | None = None,
        identity: Identity = ANONYMOUS,
        *,
        audience: str = "",
    ) -> None:
        self.http = http
        self._audience = audience
        self._signers = signers
        self._identity = identity

    def as_caller(self, identity: Identity) -> SubgraphClient:
        """Return a client that sends this identity, signed by the router."""
        return SubgraphClient(self.http, self._signers, identity, audience=self._audience)

    def as_member(
        self, member: str, profile: str | None = None, *, scopes: Sequence[str] = (), **more: str
    ) -> SubgraphClient:
        """Return a client that a member has signed in to; `more` are Identity's other fields."""
        identity = Identity("member", member, profile, scopes=frozenset(scopes), **more)
        return self.as_caller(identity)

    def as_service(self, name: str) -> SubgraphClient:
        """Return a client in the name of a service; its scopes are those of `service_scopes`."""
        return self.as_caller(Identity("service", name))

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> GraphQLResult:
        """Run an operation."""
        body = {"query": document, "variables": dict(variables or {})}
        sent = {**self._identity_headers(), **(headers or {})}
        return GraphQLResult(await self.http.post("/graphql", json=body, headers=sent))

    async def entities(
        self, type_: type | str, keys: Sequence[Key], selection: str
    ) -> GraphQLResult:
        """Ask for entities of a type by key, as the router does.

        `type_` is the Strawberry type or its GraphQL name; a key is the value of `id` or the
        representation's fields; the answers are in `.data["_entities"]`.
        """
        name = type_ if isinstance(type_, str) else get_object_definition(type_, strict=True).name
        representations = [
            {"__typename": name, **({"id": key} if isinstance(key, str) else key)} for key in keys
        ]
        document = (
            "query($representations: [_Any!]!) { _entities(representations: $representations) "
            f"{{ __typename ... on {name} {{ {selection} }} }} }}"
        )
        return await self.execute(document, {"representations": representations})

    def _identity_headers(self) -> dict[str, str]:
        if self._identity is ANONYMOUS:
            return {}
        assert self._signers is not None, "give the client TestSigners to send an identity"
        header = self._signers.identity_header(self._identity, audience=self._audience)
        return {IDENTITY_HEADER: header}


@asynccontextmanager
async def subgraph_client(
    app: FastAPI, signers: TestSigners | None = None
) -> AsyncIterator[SubgraphClient]:
    """Start an app (its lifespan), give a client for it, stop it."""
    # Unexpected errors come back as a client would see them, not as exceptions.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://subgraph") as http,
    ):
        yield SubgraphClient(http, signers, audience=app.state.identity_audience)
