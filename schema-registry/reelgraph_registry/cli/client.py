"""Talk to a registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from .exits import InputError, Unreachable
from .options import read_token

_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class RegistryClient:
    """One registry, by its URL."""

    url: str

    def read(self, query: str, **variables: object) -> Any:
        """Send a query, which needs no token; return its `data`."""
        return self._execute(query, variables, {})

    def write(self, query: str, **variables: object) -> Any:
        """Send a mutation with the token; return its `data`. A refusal raises InputError."""
        headers = {"Authorization": f"Bearer {read_token()}"}
        data = self._execute(query, variables, headers)
        result = next(iter(data.values()))
        if result["__typename"] == "Rejected":
            raise InputError(result["message"])
        return result

    def text(self, path: str) -> str:
        """Fetch a plain text; raises InputError with the registry's words when there is none."""
        response = self._send("GET", path, {}, None)
        if response.status_code == 404:
            raise InputError(response.text.strip())
        return str(response.text)

    def _execute(self, query: str, variables: Mapping[str, object], headers: dict[str, str]) -> Any:
        body = {"query": query, "variables": dict(variables)}
        response = self._send("POST", "/graphql", headers, body)
        try:
            answer = response.json()
        except ValueError:
            raise self._unexpected(response.status_code) from None
        if errors := answer.get("errors"):
            raise InputError(f"The registry says: {errors[0]['message']}")
        if response.status_code >= 400 or "data" not in answer:
            raise self._unexpected(response.status_code)
        return answer["data"]

    def _send(self, method: str, path: str, headers: dict[str, str], body: object) -> Any:
        import httpx

        try:
            response = httpx.request(
                method,
                f"{self.url.rstrip('/')}{path}",
                json=body,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise InputError(f"{self.url} is no URL of a registry: {error}") from None
        except httpx.TransportError as error:
            raise Unreachable(
                f"The registry at {self.url} does not answer ({error or type(error).__name__}). "
                "Is it running? Set REELGRAPH_REGISTRY_URL to where it is."
            ) from None
        if response.status_code >= 500:
            raise self._unexpected(response.status_code)
        return response

    def _unexpected(self, status: int) -> click.ClickException:
        return Unreachable(
            f"{self.url} answers with status {status} and not as a registry does. "
            "Set REELGRAPH_REGISTRY_URL to where the registry is."
        )
