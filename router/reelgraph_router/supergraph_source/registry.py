"""The schema registry over HTTP, followed by long polling; the last good supergraph on disk."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from reelgraph_router.supergraph_source.file import read_document, text_version
from reelgraph_router.supergraph_source.port import SourceError, SupergraphDocument

WAIT_SECONDS = 30
FIRST_TRY_SECONDS = 1.5
BACKOFF_SECONDS = (0.25, 0.5, 1.0, 2.0, 5.0)

_log = logging.getLogger("reelgraph.router.supergraph")


class RegistryDown(Exception):
    """The registry did not answer as agreed; the text says how."""


class RegistrySource:
    """Follows `graph`@`variant` of a registry.

    At a start without the registry the copy in `folder` is served until the registry is back.
    """

    def __init__(self, url: str, graph: str, variant: str, folder: Path) -> None:
        base = f"{url.rstrip('/')}/v1/graphs/{graph}/variants/{variant}"
        self._url = f"{base}/supergraph.graphql"
        self._copy = folder / f"supergraph-{graph}-{variant}.graphql"
        self._etag = ""
        self._waits_for_first = False

    async def documents(self) -> AsyncIterator[SupergraphDocument]:
        """Yield the registry's supergraph (or the copy), then each newer one."""
        served = ""
        timeout = httpx.Timeout(FIRST_TRY_SECONDS, read=WAIT_SECONDS + 15)
        async with httpx.AsyncClient(timeout=timeout) as client:
            first = await self._first(client)
            if first is not None:
                served = first.version
                yield first
            failures = 0
            while True:
                try:
                    document = await self._ask(client, wait=WAIT_SECONDS)
                except RegistryDown as error:
                    if failures == 0:
                        _log.warning("%s; trying again.", error)
                    await asyncio.sleep(_pause(failures))
                    failures += 1
                    continue
                failures = 0
                if document is not None and document.version != served:
                    served = document.version
                    yield document

    async def _first(self, client: httpx.AsyncClient) -> SupergraphDocument | None:
        try:
            async with asyncio.timeout(FIRST_TRY_SECONDS):
                return await self._ask(client, wait=0)
        except (RegistryDown, TimeoutError) as error:
            _log.warning("the registry did not give a supergraph: %s", error or "no answer in time")
        try:
            copy = await asyncio.to_thread(read_document, self._copy)
        except SourceError:
            return None
        _log.warning("serving the copy kept at %s until the registry is back", self._copy)
        return copy

    async def _ask(self, client: httpx.AsyncClient, wait: int) -> SupergraphDocument | None:
        headers = {"if-none-match": self._etag} if self._etag else {}
        if wait:
            headers["prefer"] = f"wait={wait}"
        try:
            response = await client.get(self._url, headers=headers)
        except httpx.HTTPError as error:
            raise RegistryDown(f"{self._url}: {type(error).__name__} {error}") from error
        if response.status_code == 304:
            return None
        if response.status_code == 404:
            await self._none_yet(response, wait)
            return None
        if response.status_code != 200:
            raise RegistryDown(f"{self._url}: answered with status {response.status_code}")
        self._etag = response.headers.get("etag", "")
        # The text's digest, not the registry's id, so that an equal copy on disk is not reloaded.
        return SupergraphDocument(response.text, text_version(response.text), self._url)

    async def _none_yet(self, response: httpx.Response, wait: int) -> None:
        if not self._waits_for_first:
            self._waits_for_first = True
            _log.info("%s has no supergraph yet; waiting for the first", self._url)
        if wait and response.elapsed.total_seconds() < 1.0:
            # A registry that does not hold the request must not be asked in a tight loop.
            await asyncio.sleep(0.5)

    async def keep(self, document: SupergraphDocument) -> None:
        """Write the copy, whole or not at all."""
        try:
            await asyncio.to_thread(self._write, document.sdl)
        except OSError as error:
            _log.warning("cannot keep a copy of the supergraph at %s: %s", self._copy, error)

    def _write(self, sdl: str) -> None:
        self._copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._copy.with_name(f".{self._copy.name}.{os.getpid()}")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(sdl)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._copy)


def _pause(failures: int) -> float:
    base = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
    return base * random.uniform(0.8, 1.2)  # routers must not all come back at once
