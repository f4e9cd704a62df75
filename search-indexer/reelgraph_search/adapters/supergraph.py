"""Where the supergraph comes from: the registry, or a file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import httpx

_FILE_POLL_SECONDS = 1.0
_WAIT_SECONDS = 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0


class SupergraphUnavailable(Exception):
    """There is no supergraph to be had now; the text says why."""


class SupergraphSource(Protocol):
    """Gives the supergraph's SDL, again at each change."""

    async def next(self, known: str | None) -> tuple[str, str] | None:
        """The SDL and its version once it differs from `known`; None when a wait was in vain.

        Raises SupergraphUnavailable.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class RegistrySource:
    """Long-polls the registry for new supergraph versions."""

    def __init__(
        self,
        registry_url: str,
        graph: str,
        variant: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = (
            f"{registry_url.rstrip('/')}/v1/graphs/{graph}/variants/{variant}/supergraph.graphql"
        )
        self._http = httpx.AsyncClient(timeout=_WAIT_SECONDS + 10, transport=transport)

    async def next(self, known: str | None) -> tuple[str, str] | None:
        """Ask for a version other than the known one, and wait for it."""
        headers = {"Prefer": f"wait={_WAIT_SECONDS}"}
        if known is not None:
            headers["If-None-Match"] = known
        try:
            response = await self._http.get(self._url, headers=headers)
        except httpx.HTTPError as error:
            raise SupergraphUnavailable(f"the registry does not answer: {error!r}") from error
        if response.status_code == 304:
            return None
        if response.status_code == 404:
            raise SupergraphUnavailable("the registry has no supergraph yet: publish the subgraphs")
        if response.status_code != 200:
            raise SupergraphUnavailable(f"the registry answered {response.status_code}")
        return response.text, response.headers.get("ETag") or _digest(response.text)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class FileSource:
    """Reads a file and looks for changes of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def next(self, known: str | None) -> tuple[str, str] | None:
        """Read the file once it differs."""
        try:
            text = await asyncio.to_thread(self._path.read_text, "utf-8")
        except OSError as error:
            raise SupergraphUnavailable(f"cannot read {self._path}: {error.strerror}") from error
        version = _digest(text)
        if version == known:
            await asyncio.sleep(_FILE_POLL_SECONDS)
            return None
        return text, version

    async def close(self) -> None:
        """Nothing is held open."""


async def supergraphs(source: SupergraphSource, report: list[str]) -> AsyncIterator[str]:
    """Every new supergraph SDL, for ever; `report` holds why there is none, if so."""
    known: str | None = None
    pause = _FIRST_PAUSE
    while True:
        try:
            found = await source.next(known)
        except SupergraphUnavailable as error:
            report[:] = [str(error)]
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            continue
        report.clear()
        pause = _FIRST_PAUSE
        if found is not None:
            text, known = found
            yield text


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
