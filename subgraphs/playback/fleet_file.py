"""The fleet file: which appliances there are, where they listen, what is announced to them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from subgraphs.playback.steering.fleet import ApplianceFacts, ApplianceKind, ApplianceState, Place
from subgraphs.playback.steering.geography import NetworkPlace
from subgraphs.playback.steering.routes import Announcement, parse_prefix

DEFAULT_FLEET_FILE = Path(__file__).with_name("fleet.toml")


class FleetFileError(Exception):
    """The fleet file cannot be used; the text names the file, the place and the remedy."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RouteEntry(_Entry):
    """A route as the file writes it."""

    prefix: str
    as_path: list[int] = []
    med: int = 0

    @field_validator("prefix")
    @classmethod
    def _is_prefix(cls, value: str) -> str:
        return str(parse_prefix(value))


class ApplianceEntry(_Entry):
    """An appliance as the file writes it."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    site: str
    cluster: str
    kind: ApplianceKind = ApplianceKind.STORAGE
    state: ApplianceState = ApplianceState.ACTIVE
    place: tuple[float, float]
    capacity_gbps: float = Field(gt=0)
    peering: bool = False
    host: str
    port: int = Field(ge=0, le=65535)
    routes: list[RouteEntry] = []

    def facts(self) -> ApplianceFacts:
        """Return what steering needs of it."""
        return ApplianceFacts(
            id=self.id,
            site=self.site,
            cluster=self.cluster,
            place=Place(*self.place),
            kind=self.kind,
            capacity_gbps=self.capacity_gbps,
            peering=self.peering,
            state=self.state,
        )

    def announcements(self) -> list[Announcement]:
        """Return the routes that its site advertises to it."""
        return [
            Announcement(self.id, parse_prefix(route.prefix), tuple(route.as_path), route.med)
            for route in self.routes
        ]


class NetworkEntry(_Entry):
    """A network's place as the file writes it."""

    prefix: str
    place: tuple[float, float]


class FleetFile(_Entry):
    """The whole file."""

    appliance: list[ApplianceEntry]
    network: list[NetworkEntry] = []

    def places(self) -> list[NetworkPlace]:
        """Return where the clients of each listed network are."""
        return [
            NetworkPlace(parse_prefix(each.prefix), Place(*each.place)) for each in self.network
        ]

    def find(self, appliance_id: str) -> ApplianceEntry:
        """Return an appliance; raises FleetFileError naming the known ones."""
        found = next((each for each in self.appliance if each.id == appliance_id), None)
        if found is None:
            known = ", ".join(each.id for each in self.appliance)
            raise FleetFileError(f"no appliance is called {appliance_id!r}; there are: {known}")
        return found


def read_fleet_file(path: Path) -> FleetFile:
    """Read the fleet; raises FleetFileError on a file that is missing or wrong."""
    try:
        fleet = FleetFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise FleetFileError(f"cannot read the fleet file {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise FleetFileError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
        )
        raise FleetFileError(f"{path} describes no fleet: {places}") from error
    ids = [each.id for each in fleet.appliance]
    if len(ids) != len(set(ids)):
        raise FleetFileError(f"{path} lists an appliance id twice: {', '.join(sorted(ids))}")
    return fleet
