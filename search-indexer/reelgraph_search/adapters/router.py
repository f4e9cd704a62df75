"""The router, asked in the name of the indexer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from reelgraph_dgs.service_client import ServiceClient, ServiceErrors, ServiceUnavailable
from reelgraph_search.documents.fetch import GraphAnswer, GraphError, RouterUnavailable


class RouterOverHttp:
    """Runs queries over HTTP with a signed bearer token."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def run(self, operation: str, variables: Mapping[str, JsonValue]) -> GraphAnswer:
        """Run a query; partial data comes back with its errors."""
        try:
            return GraphAnswer(await self._client.query(operation, variables))
        except ServiceUnavailable as error:
            raise RouterUnavailable(str(error)) from error
        except ServiceErrors as error:
            errors = tuple(_error(one) for one in error.errors)
            return GraphAnswer(error.data if isinstance(error.data, dict) else None, errors)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _error(error: Mapping[str, Any]) -> GraphError:
    extensions = error.get("extensions")
    named = extensions if isinstance(extensions, Mapping) else {}
    subgraph = named.get("service", named.get("subgraph"))
    code = named.get("code")
    path = tuple(step for step in error.get("path") or () if isinstance(step, str | int))
    return GraphError(
        str(error.get("message")),
        path,
        subgraph if isinstance(subgraph, str) else None,
        code if isinstance(code, str) else None,
    )
