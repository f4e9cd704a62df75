"""The endpoints that routers poll: supergraphs as text, by variant and by exact version."""

import asyncio
import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ..ports import RegistryStore
from .watch import PointerWatch

VERSION_HEADER = "Reelgraph-Supergraph-Version"
_MEDIA_TYPE = "application/graphql; charset=utf-8"
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})", re.IGNORECASE)
_ETAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Serves supergraphs from the store; knows the longest wait it grants."""

    store: RegistryStore
    watch: PointerWatch
    max_wait_seconds: float

    def routes(self) -> list[Route]:
        """Return the routes, all of them readable by anybody."""
        variant = "/v1/graphs/{graph}/variants/{variant}"
        return [
            Route(f"{variant}/supergraph.graphql", self.published),
            Route(f"{variant}/supergraph-versions/{{id}}.graphql", self.exact),
        ]

    async def published(self, request: Request) -> Response:
        """Return the published supergraph.

        With `If-None-Match` 304 when it is still that version, after the time of `Prefer: wait`
        if it is given; 404 when nothing is published, after the wait as well.
        """
        graph, variant = request.path_params["graph"], request.path_params["variant"]
        if not _can_exist(request):
            return _not_found("There is no such graph.", {})
        known = _known_versions(request)
        seconds, applied = self._wait(request)
        current = await self.store.published_version(graph, variant)
        if seconds > 0 and (current is None or current in known):
            current = await self._wait_for_change(request, current, seconds)
        if current is None:
            return _not_found(f"{graph}@{variant} publishes no supergraph yet.", applied)
        headers = {**_version_headers(current), "Cache-Control": "no-cache", **applied}
        if current in known:
            return Response(status_code=304, headers=headers)
        return await self._supergraph(graph, current, headers)

    async def exact(self, request: Request) -> Response:
        """Return one version, which never changes."""
        id = request.path_params["id"]
        if not _can_exist(request):
            return _not_found("There is no such version.", {})
        headers = {
            **_version_headers(id),
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        if id in _known_versions(request):
            return Response(status_code=304, headers=headers)
        return await self._supergraph(request.path_params["graph"], id, headers)

    async def _supergraph(self, graph: str, id: str, headers: dict[str, str]) -> Response:
        version = await self.store.supergraph(graph, id)
        if version is None:
            return _not_found(f"The graph {graph} has no supergraph version {id}.", {})
        return Response(version.supergraph_sdl, media_type=_MEDIA_TYPE, headers=headers)

    async def _wait_for_change(
        self, request: Request, current: str | None, seconds: float
    ) -> str | None:
        """Wait for another version, or until the caller has gone."""
        graph, variant = request.path_params["graph"], request.path_params["variant"]
        waiting = asyncio.create_task(self.watch.wait(graph, variant, current, seconds))
        gone = asyncio.create_task(_disconnected(request))
        try:
            await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() else current
        finally:
            waiting.cancel()
            gone.cancel()
            await asyncio.gather(waiting, gone, return_exceptions=True)

    def _wait(self, request: Request) -> tuple[float, dict[str, str]]:
        match = _WAIT.search(request.headers.get("prefer", ""))
        if match is None:
            return 0.0, {}
        seconds = min(float(match[1]), self.max_wait_seconds)
        return seconds, {"Preference-Applied": f"wait={seconds:g}", "Vary": "Prefer"}


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _can_exist(request: Request) -> bool:
    # Databases take no text with control characters, and nothing is named with them.
    return all(str(value).isprintable() for value in request.path_params.values())


def _known_versions(request: Request) -> set[str]:
    return set(_ETAG.findall(request.headers.get("if-none-match", "")))


def _version_headers(version: str) -> dict[str, str]:
    return {"ETag": f'"{version}"', VERSION_HEADER: version}


def _not_found(message: str, headers: dict[str, str]) -> Response:
    return PlainTextResponse(f"{message}\n", 404, {"Cache-Control": "no-store", **headers})
