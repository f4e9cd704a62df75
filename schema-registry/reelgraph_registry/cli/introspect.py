"""Ask a running subgraph for its SDL."""

from collections.abc import Mapping
from typing import Any

from .exits import InputError, Unreachable

_TIMEOUT_SECONDS = 30.0
_SERVICE_SDL = "query SubgraphSdl { _service { sdl } }"


def introspect(url: str, headers: Mapping[str, str] | None = None) -> str:
    """Return a subgraph's SDL through `_service`, else a plain server's through introspection.

    Raises Unreachable when nothing answers, InputError when the answer holds no schema.
    """
    data = _ask(url, _SERVICE_SDL, headers)
    service = (data or {}).get("_service")
    if isinstance(service, dict) and isinstance(service.get("sdl"), str):
        return str(service["sdl"])
    return _introspect_plainly(url, headers)


def _introspect_plainly(url: str, headers: Mapping[str, str] | None) -> str:
    from graphql import build_client_schema, get_introspection_query, print_schema

    data = _ask(url, get_introspection_query(), headers)
    if data is None or "__schema" not in data:
        raise InputError(
            f"{url} tells neither its federation SDL nor its schema: "
            "turn introspection on there, or give the schema as a file."
        )
    return print_schema(build_client_schema(data))


def _ask(url: str, query: str, headers: Mapping[str, str] | None) -> Any:
    """Return `data`, or None when the server refuses the query."""
    import httpx

    try:
        response = httpx.post(
            url, json={"query": query}, headers=dict(headers or {}), timeout=_TIMEOUT_SECONDS
        )
    except httpx.InvalidURL as error:
        raise InputError(f"{url} is no URL: {error}.") from None
    except httpx.TransportError as error:
        raise Unreachable(f"{url} does not answer: {error or type(error).__name__}.") from None
    if response.status_code >= 500:
        raise Unreachable(f"{url} answers with status {response.status_code}.")
    try:
        body = response.json()
    except ValueError:
        raise InputError(
            f"{url} answers with status {response.status_code} and no JSON: is it a GraphQL URL?"
        ) from None
    return body.get("data") if isinstance(body, dict) else None
