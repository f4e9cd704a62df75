"""The control plane: one snapshot of the network, swapped with each accepted report."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from reelgraph_dgs.database import Database
from reelgraph_kit.clock import Clock
from subgraphs.playback import store, url_keys
from subgraphs.playback.control import fleet_store
from subgraphs.playback.control.report import (
    FilesPart,
    Reply,
    Report,
    RoutesPart,
    SharedKey,
    inventory_digest,
)
from subgraphs.playback.fleet_file import FleetFile
from subgraphs.playback.steering.fleet import (
    REPORT_INTERVAL,
    Appliance,
    Fleet,
    accept_report,
    is_newer,
)
from subgraphs.playback.steering.routes import Announcement, RouteTable, parse_prefix
from subgraphs.playback.steering.steer import Network
from subgraphs.playback.streams import LADDER, Device, choose_initial

FILL_WINDOW = timedelta(days=1)
FILL_ASSETS = 20
_UNKNOWN_GENERATION = -1


class UnknownAppliance(Exception):
    """The fleet file lists no such appliance."""


@dataclass(frozen=True, slots=True)
class _RouteChange:
    generation: int
    announced: tuple[Announcement, ...] = ()
    withdrawn: tuple[str, ...] = ()
    wants_full: bool = False


@dataclass(frozen=True, slots=True)
class _FileChange:
    files: frozenset[str]
    is_whole: bool
    wants_full: bool


class ControlPlane:
    """Takes reports one after another; steering reads `network` without waiting for them."""

    def __init__(self, database: Database, fleet_file: FleetFile, clock: Clock) -> None:
        self._database = database
        self._configured = [entry.facts() for entry in fleet_file.appliance]
        self._clock = clock
        self._lock = asyncio.Lock()
        self._generations: dict[str, int] = {}
        self._assigned: dict[str, int] = {}
        self._fleet = Fleet.of([Appliance(facts) for facts in self._configured], clock())
        self._routes = RouteTable.of([])

    @property
    def network(self) -> Network:
        """What steering reads now."""
        return Network(self._fleet, self._routes, dict(self._assigned))

    async def load(self) -> None:
        """Go on from what the control plane knew before its restart."""
        ids = [facts.id for facts in self._configured]
        async with self._database.read() as session:
            appliances, self._generations = await fleet_store.load_appliances(
                session, self._configured
            )
            announced = await fleet_store.load_routes(session, ids)
        self._fleet = Fleet.of(appliances, self._clock())
        self._routes = RouteTable.of(announced)

    def note_assignments(self, appliance_ids: Iterable[str]) -> None:
        """Count sessions sent to appliances that their next report cannot know of yet."""
        for appliance_id in appliance_ids:
            self._assigned[appliance_id] = self._assigned.get(appliance_id, 0) + 1

    async def report(self, appliance_id: str, report: Report) -> Reply:
        """Take a report and answer it; one that is not newer changes nothing.

        Raises UnknownAppliance.
        """
        async with self._lock:
            known = self._fleet.appliances.get(appliance_id)
            if known is None:
                raise UnknownAppliance(appliance_id)
            health = report.health_report()
            if not is_newer(known, health):
                return Reply(accepted=False)
            routes = self._route_change(known, report)
            files = _file_change(known, report.files)
            appliance = replace(
                accept_report(known, health, self._clock(), self._fleet.watching_since),
                files=files.files,
            )
            await self._save(known, appliance, routes, files)
            self._swap(appliance, routes)
        wants = [
            part
            for part, wanted in (("routes", routes.wants_full), ("files", files.wants_full))
            if wanted
        ]
        return await self._reply(wants)

    def _route_change(self, known: Appliance, report: Report) -> _RouteChange:
        same_boot = known.boot_id == report.boot_id
        generation = self._generations.get(known.facts.id) if same_boot else None
        return _route_change(report.routes, known.facts.id, generation, self._routes)

    async def _save(
        self, known: Appliance, appliance: Appliance, routes: _RouteChange, files: _FileChange
    ) -> None:
        appliance_id = appliance.facts.id
        async with self._database.write() as session:
            await fleet_store.save_appliance(session, appliance, routes.generation)
            await fleet_store.save_routes(session, appliance_id, routes.announced, routes.withdrawn)
            if files.is_whole:
                await fleet_store.forget_files(session, appliance_id)
            before: frozenset[str] = frozenset() if files.is_whole else known.files
            await fleet_store.save_files(
                session, appliance_id, added=files.files - before, removed=before - files.files
            )

    def _swap(self, appliance: Appliance, routes: _RouteChange) -> None:
        appliance_id = appliance.facts.id
        if routes.announced or routes.withdrawn:
            self._routes = self._routes.with_changes(
                routes.announced,
                [(appliance_id, parse_prefix(prefix)) for prefix in routes.withdrawn],
            )
        self._fleet = self._fleet.with_appliance(appliance)
        self._generations[appliance_id] = routes.generation
        self._assigned.pop(appliance_id, None)

    async def _reply(self, wants: list[str]) -> Reply:
        now = self._clock()
        async with self._database.read() as session:
            keys = await url_keys.verification_keys(session, now)
            revoked = await store.list_revoked(session, now)
            popular = await store.list_popular_assets(session, now - FILL_WINDOW, FILL_ASSETS)
        default = choose_initial(LADDER, Device())
        return Reply(
            accepted=True,
            wants=tuple(wants),
            keys=tuple(SharedKey.of(key) for key in keys),
            revoked=tuple(revoked),
            fill=tuple(f"{asset}/{default.file}" for asset in popular),
            interval_seconds=REPORT_INTERVAL.total_seconds(),
        )


def _route_change(
    part: RoutesPart, appliance_id: str, known_generation: int | None, table: RouteTable
) -> _RouteChange:
    if part.full is not None:
        announced = tuple(route.announcement(appliance_id) for route in part.full)
        kept = {str(each.prefix) for each in announced}
        before = {str(each.prefix) for each in table.of_appliance(appliance_id)}
        return _RouteChange(part.generation, announced, tuple(sorted(before - kept)))
    if known_generation is not None and part.generation == known_generation:
        return _RouteChange(known_generation)
    if part.base is not None and part.base == known_generation:
        added = tuple(route.announcement(appliance_id) for route in part.add)
        return _RouteChange(part.generation, added, part.withdraw)
    unknown = _UNKNOWN_GENERATION if known_generation is None else known_generation
    return _RouteChange(unknown, wants_full=True)


def _file_change(known: Appliance, part: FilesPart) -> _FileChange:
    files = (
        frozenset(part.full)
        if part.full is not None
        else (known.files | set(part.add)) - set(part.remove)
    )
    differs = inventory_digest(files) != part.digest
    return _FileChange(files, is_whole=part.full is not None, wants_full=differs)
