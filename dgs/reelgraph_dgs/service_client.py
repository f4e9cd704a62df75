"""Call other services as the graph would: signed, with a deadline, and with patience.

One `ServiceClient` speaks to one URL: another subgraph (identity in `Reelgraph-Identity`) or
the router (Bearer token). Reads are tried again within a retry budget when the other side does
not answer; mutations are never sent twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, cast

import httpx

from reelgraph_dgs.deadline import Deadline
from reelgraph_dgs.errors import Unavailable
from reelgraph_kit.identity import (
    AUDIENCE_CLAIM,
    DEADLINE_HEADER,
    IDENTITY_HEADER,
    REQUEST_ID_HEADER,
    Identity,
)
from reelgraph_kit.logging import request_id
from reelgraph_kit.resilience import CircuitBreaker, CircuitOpen, RetryBudget, retry
from reelgraph_kit.signing import Signer

Json = Any
Key = str | Mapping[str, object]
"""A representation's fields besides `__typename`, or the value of `id`."""

ROUTER_AUDIENCE = "router"
_TOKEN_LIFETIME_SECONDS = 60
_RETRIED_STATUS = frozenset({429, 502, 503, 504})


class ServiceUnavailable(Unavailable):
    """The other service did not answer, or said that it cannot."""


class ServiceErrors(Exception):
    """The other service answered with GraphQL errors; they are for logs, not for clients."""

    def __init__(self, service: str, errors: Sequence[Mapping[str, Any]], data: Json) -> None:
        super().__init__(f"{service}: {'; '.join(str(error.get('message')) for error in errors)}")
        self.errors = errors
        self.data = data

    @property
    def codes(self) -> set[str]:
        """The errors' `extensions.code`."""
        return {str(error.get("extensions", {}).get("code")) for error in self.errors}


class ServiceClient:
    """Speaks GraphQL to `url` in the name of the signer's service.

    `target` says how the identity is sent: to a `subgraph` or to the `router`. `audience` is the
    subgraph's name, for which alone the identity is good (the router's is `router`). `timeout` is in
    seconds and holds for one call with its retries, unless the caller's deadline is earlier.
    """

    def __init__(
        self,
        url: str,
        signer: Signer | None,
        *,
        target: Literal["subgraph", "router"] = "subgraph",
        audience: str = "",
        timeout: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self.url = url
        self._audience = audience or (ROUTER_AUDIENCE if target == "router" else "")
        if signer is not None and not self._audience:
            raise ValueError(
                f'Name the subgraph at {url}, for which calls are signed: audience="its name".'
            )
        self._signer = signer
        self._target = target
        self._timeout = timeout
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False)
        self._breaker = breaker or CircuitBreaker(
            url, counts_as_failure=lambda error: isinstance(error, ServiceUnavailable)
        )
        self._budget = RetryBudget()
        self._token = ""
        self._token_good_until = 0.0

    async def query(
        self,
        document: str,
        variables: Mapping[str, Json] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> dict[str, Json]:
        """Run a query and return its `data`; raises `ServiceUnavailable` or `ServiceErrors`."""
        until = Deadline.after(self._timeout).earlier(deadline)
        answer = await self._guarded(document, variables, until, attempts=3)
        return self._data(answer)

    async def mutate(
        self,
        document: str,
        variables: Mapping[str, Json] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> dict[str, Json]:
        """Run a mutation, once; raises `ServiceUnavailable` or `ServiceErrors`."""
        until = Deadline.after(self._timeout).earlier(deadline)
        answer = await self._guarded(document, variables, until, attempts=1)
        return self._data(answer)

    async def entities(
        self,
        type_name: str,
        keys: Sequence[Key],
        selection: str,
        *,
        variables: Mapping[str, Json] | None = None,
        variable_definitions: str = "",
        deadline: Deadline | None = None,
    ) -> list[dict[str, Json] | None]:
        """Ask a subgraph for entities by key: one entry for each, in order, None if unknown.

        `selection` is what stands between the braces of `... on Type { }`. Raises like `query`.
        """
        if not keys:
            return []
        document = (
            f"query($representations: [_Any!]! {variable_definitions}) "
            f"{{ _entities(representations: $representations) "
            f"{{ ... on {type_name} {{ {selection} }} }} }}"
        )
        representations = [_representation(type_name, key) for key in keys]
        given = {**(variables or {}), "representations": representations}
        data = await self.query(document, given, deadline=deadline)
        return cast("list[dict[str, Json] | None]", data["_entities"])

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _guarded(
        self,
        document: str,
        variables: Mapping[str, Json] | None,
        until: Deadline,
        *,
        attempts: int,
    ) -> dict[str, Json]:
        body = {"query": document, "variables": dict(variables or {})}
        try:
            return await retry(
                lambda: self._breaker.call(lambda: self._post(body, until)),
                attempts=attempts,
                retry_on=lambda error: isinstance(error, ServiceUnavailable) and not until.passed,
                budget=self._budget,
            )
        except CircuitOpen as error:
            raise ServiceUnavailable("A service that is needed does not answer.") from error

    async def _post(self, body: Mapping[str, Json], until: Deadline) -> dict[str, Json]:
        if until.passed:
            raise ServiceUnavailable("The deadline has passed.")
        try:
            response = await self._http.post(
                self.url, json=body, headers=self._headers(until), timeout=until.remaining
            )
        except httpx.HTTPError as error:
            raise ServiceUnavailable("A service that is needed does not answer.") from error
        if response.status_code in _RETRIED_STATUS:
            raise ServiceUnavailable("A service that is needed is busy.")
        return self._parsed(response)

    def _parsed(self, response: httpx.Response) -> dict[str, Json]:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
            problem = f"HTTP {response.status_code} without a GraphQL response"
            raise ServiceErrors(self.url, [{"message": problem}], None)
        return answer

    def _data(self, answer: Mapping[str, Json]) -> dict[str, Json]:
        data = answer.get("data")
        if answer.get("errors"):
            raise ServiceErrors(self.url, answer["errors"], data)
        return cast("dict[str, Json]", data)

    def _headers(self, until: Deadline) -> dict[str, str]:
        headers = {DEADLINE_HEADER: str(until.unix_ms)}
        if identifier := request_id.get():
            headers[REQUEST_ID_HEADER] = identifier
        if self._signer is None:
            return headers
        if self._target == "router":
            headers["Authorization"] = f"Bearer {self._signed(self._signer)}"
        else:
            headers[IDENTITY_HEADER] = self._signed(self._signer)
        return headers

    def _signed(self, signer: Signer) -> str:
        """Sign who calls, again after half of the token's life."""
        now = time.time()
        if now >= self._token_good_until:
            identity = Identity(kind="service", subject=signer.issuer)
            claims = {**identity.to_claims(), AUDIENCE_CLAIM: self._audience}
            self._token = signer.sign(claims, _TOKEN_LIFETIME_SECONDS)
            self._token_good_until = now + _TOKEN_LIFETIME_SECONDS / 2
        return self._token


def _representation(type_name: str, key: Key) -> dict[str, object]:
    fields = {"id": key} if isinstance(key, str) else key
    return {"__typename": type_name, **fields}
