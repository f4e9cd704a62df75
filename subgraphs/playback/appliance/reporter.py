"""Report to the control plane at once and then every interval, and do what it replies."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

from reelgraph_kit.clock import Clock
from subgraphs.playback.appliance.control_client import (
    ControlClient,
    ControlUnreachable,
    OriginLacksFile,
)
from subgraphs.playback.appliance.disk_cache import DiskCache, FileTooLarge
from subgraphs.playback.appliance.state import ApplianceState
from subgraphs.playback.control.report import (
    FilesPart,
    Report,
    Route,
    RoutesPart,
    inventory_digest,
)

FIRST_RETRY_SECONDS = 0.1
MOST_AT_START_SECONDS = 0.8
LONGEST_RETRY_SECONDS = 5.0
_logger = logging.getLogger("reelgraph.appliance")

ReadRoutes = Callable[[], Sequence[Route]]
"""Returns the routes that the site advertises now."""


class Reporter:
    """Builds reports: what the control plane already has is sent as changes."""

    def __init__(
        self,
        control: ControlClient,
        cache: DiskCache,
        state: ApplianceState,
        read_routes: ReadRoutes,
        base_urls: tuple[str, str | None],
        clock: Clock,
    ) -> None:
        self._control = control
        self._cache = cache
        self._state = state
        self._read_routes = read_routes
        self._base_urls = base_urls
        self._clock = clock
        self._boot_id = uuid.uuid4().hex
        self._sequence = 0
        self._sent_routes: tuple[Route, ...] | None = None
        self._sent_files: frozenset[str] | None = None
        self._fill: tuple[str, ...] = ()

    async def run(self) -> None:
        """Report until cancelled; an unreachable control plane is tried again, soon at first."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                await asyncio.sleep(await self.report_once())
                pause = FIRST_RETRY_SECONDS
            except ControlUnreachable as error:
                _logger.warning("%s", error)
                await asyncio.sleep(pause)
                # The control plane may be starting beside us: look often until it has answered.
                longest = LONGEST_RETRY_SECONDS if self._state.heard_at else MOST_AT_START_SECONDS
                pause = min(pause * 2, longest)

    async def report_once(self) -> float:
        """Send one report, follow its reply, and return the seconds until the next.

        Raises ControlUnreachable.
        """
        routes, files = tuple(self._read_routes()), self._cache.names
        reply = await self._control.report(self._make_report(routes, files))
        if not reply.accepted:
            # Somebody else has used this boot's numbers; begin a new boot.
            self._boot_id, self._sequence = uuid.uuid4().hex, 0
            self._sent_routes = self._sent_files = None
            return FIRST_RETRY_SECONDS
        self._state.take(reply)
        self._fill = reply.fill
        self._sent_routes = None if "routes" in reply.wants else routes
        self._sent_files = None if "files" in reply.wants else files
        return FIRST_RETRY_SECONDS if reply.wants else reply.interval_seconds

    async def fill(self) -> None:
        """Fetch one after another the files that the control plane wants held."""
        for name in self._fill:
            with suppress(ControlUnreachable, OriginLacksFile, FileTooLarge):
                await self._cache.hold(name)

    def _make_report(self, routes: tuple[Route, ...], files: frozenset[str]) -> Report:
        self._sequence += 1
        return Report(
            boot_id=self._boot_id,
            sequence=self._sequence,
            base_url_v4=self._base_urls[0],
            base_url_v6=self._base_urls[1],
            reads_through=True,
            codecs=("vp8",),
            health=self._state.meter.read(self._clock(), self._cache.is_filling),
            routes=_routes_part(self._sent_routes, routes),
            files=_files_part(self._sent_files, files),
        )


def _routes_part(before: tuple[Route, ...] | None, now: tuple[Route, ...]) -> RoutesPart:
    if before is None:
        return RoutesPart(generation=_generation(now), full=now)
    if before == now:
        return RoutesPart(generation=_generation(now))
    kept = {route.prefix for route in now}
    return RoutesPart(
        generation=_generation(now),
        base=_generation(before),
        add=tuple(route for route in now if route not in before),
        withdraw=tuple(route.prefix for route in before if route.prefix not in kept),
    )


def _files_part(before: frozenset[str] | None, now: frozenset[str]) -> FilesPart:
    digest = inventory_digest(now)
    if before is None:
        return FilesPart(digest=digest, full=tuple(sorted(now)))
    return FilesPart(
        digest=digest, add=tuple(sorted(now - before)), remove=tuple(sorted(before - now))
    )


def _generation(routes: tuple[Route, ...]) -> int:
    """Name a set of routes by its content, so that equal sets are one generation."""
    text = "\n".join(route.model_dump_json() for route in routes)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
