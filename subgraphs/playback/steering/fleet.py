"""What the control plane knows of each appliance, and what a report changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

REPORT_INTERVAL = timedelta(seconds=5)
MISSED_UNTIL_SUSPECT = 3
MISSED_UNTIL_DOWN = 6
GOOD_REPORTS_TO_RETURN = 5


class ApplianceKind(Enum):
    """What an appliance is built for."""

    STORAGE = "STORAGE"
    FLASH = "FLASH"
    GLOBAL = "GLOBAL"


class ApplianceState(Enum):
    """What its operator wants of it."""

    PROVISIONED = "PROVISIONED"
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    MAINT = "MAINT"


class ApplianceHealth(Enum):
    """What its reports say of it: three missed make it SUSPECT, six make it DOWN."""

    UNHEARD = "UNHEARD"
    HEALTHY = "HEALTHY"
    SUSPECT = "SUSPECT"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class Place:
    """A point on earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Load:
    """The measured part of a report."""

    gbps: float = 0.0
    connections: int = 0
    disk_busy: float = 0.0
    errors_5xx: int = 0
    first_byte_p95_ms: float = 0.0
    fill_active: bool = False


@dataclass(frozen=True, slots=True)
class ApplianceFacts:
    """What an operator configures."""

    id: str
    site: str
    cluster: str
    place: Place
    kind: ApplianceKind = ApplianceKind.STORAGE
    capacity_gbps: float = 1.0
    peering: bool = False
    state: ApplianceState = ApplianceState.ACTIVE


@dataclass(frozen=True, slots=True)
class Appliance:
    """An appliance as the control plane sees it after its latest accepted report."""

    facts: ApplianceFacts
    base_url_v4: str | None = None
    base_url_v6: str | None = None
    boot_id: str | None = None
    sequence: int = -1
    last_report_at: datetime | None = None
    good_reports_needed: int = 0
    load: Load = field(default_factory=Load)
    files: frozenset[str] = frozenset()
    reads_through: bool = False
    codecs: frozenset[str] = frozenset({"vp8"})


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The part of a report that judges health: who, which one of this boot, and the measures."""

    boot_id: str
    sequence: int
    load: Load
    base_url_v4: str | None = None
    base_url_v6: str | None = None
    reads_through: bool = False
    codecs: frozenset[str] = frozenset({"vp8"})


def health_at(appliance: Appliance, now: datetime, watching_since: datetime) -> ApplianceHealth:
    """Judge health by missed reports.

    Only the time in which the control plane itself was listening (`watching_since`) counts as
    missed, so that its restart does not take the fleet down. After DOWN an appliance returns only
    with five good reports in a row (flap damping).
    """
    if appliance.last_report_at is None:
        return ApplianceHealth.UNHEARD
    missed = missed_reports(appliance, now, watching_since)
    if missed >= MISSED_UNTIL_DOWN or appliance.good_reports_needed > 0:
        return ApplianceHealth.DOWN
    return ApplianceHealth.SUSPECT if missed >= MISSED_UNTIL_SUSPECT else ApplianceHealth.HEALTHY


def missed_reports(appliance: Appliance, now: datetime, watching_since: datetime) -> int:
    """Count the whole report intervals since the last one that could have been heard."""
    if appliance.last_report_at is None:
        return 0
    heard = max(appliance.last_report_at, watching_since)
    return max(0, int((now - heard) / REPORT_INTERVAL))


def is_newer(appliance: Appliance, report: HealthReport) -> bool:
    """Tell whether `report` is of another boot, or later in the same one; older ones are ignored."""
    return report.boot_id != appliance.boot_id or report.sequence > appliance.sequence


def accept_report(
    appliance: Appliance, report: HealthReport, now: datetime, watching_since: datetime
) -> Appliance:
    """Return the appliance after a report that `is_newer`."""
    return replace(
        appliance,
        base_url_v4=report.base_url_v4,
        base_url_v6=report.base_url_v6,
        boot_id=report.boot_id,
        sequence=report.sequence,
        last_report_at=now,
        good_reports_needed=_still_needed(appliance, now, watching_since),
        load=report.load,
        reads_through=report.reads_through,
        codecs=report.codecs,
    )


def _still_needed(appliance: Appliance, now: datetime, watching_since: datetime) -> int:
    missed = missed_reports(appliance, now, watching_since)
    if missed >= MISSED_UNTIL_DOWN:
        return GOOD_REPORTS_TO_RETURN - 1
    if appliance.good_reports_needed and missed >= MISSED_UNTIL_SUSPECT:
        return GOOD_REPORTS_TO_RETURN - 1
    return max(0, appliance.good_reports_needed - 1)


@dataclass(frozen=True, slots=True)
class Fleet:
    """All appliances at one moment; a report makes a new fleet."""

    appliances: Mapping[str, Appliance]
    watching_since: datetime

    @classmethod
    def of(cls, appliances: list[Appliance], watching_since: datetime) -> Fleet:
        """Index appliances by id."""
        return cls(MappingProxyType({each.facts.id: each for each in appliances}), watching_since)

    def with_appliance(self, appliance: Appliance) -> Fleet:
        """Return the fleet with one appliance replaced or added."""
        changed = {**self.appliances, appliance.facts.id: appliance}
        return Fleet(MappingProxyType(changed), self.watching_since)

    def health(self, appliance_id: str, now: datetime) -> ApplianceHealth:
        """Judge one appliance's health at `now`."""
        return health_at(self.appliances[appliance_id], now, self.watching_since)
