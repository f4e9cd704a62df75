"""A report as an appliance sends it, and the reply."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from subgraphs.playback.signed_urls import UrlKey
from subgraphs.playback.steering.fleet import HealthReport, Load
from subgraphs.playback.steering.routes import Announcement, parse_prefix


class Wire(BaseModel):
    """A message in JSON with camelCase names."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )


class HealthPart(Wire):
    """Measures since the report before. `clock` is the appliance's own time."""

    gbps: float = Field(ge=0)
    connections: int = Field(ge=0)
    disk_busy: float = Field(ge=0, le=1)
    errors_5xx: int = Field(default=0, ge=0, alias="errors5xx")
    first_byte_p95_ms: float = Field(default=0, ge=0, alias="firstByteP95Ms")
    fill_active: bool = False
    clock: datetime


class Route(Wire):
    """One announced route."""

    prefix: str
    as_path: tuple[int, ...] = ()
    med: int = Field(default=0, ge=0)

    @field_validator("prefix")
    @classmethod
    def _is_prefix(cls, value: str) -> str:
        return str(parse_prefix(value))

    def announcement(self, appliance_id: str) -> Announcement:
        """Return the route as steering knows it."""
        return Announcement(appliance_id, parse_prefix(self.prefix), self.as_path, self.med)


class RoutesPart(Wire):
    """The announced routes: all of them (`full`), or what changed since generation `base`.

    A part with neither says that `generation` still holds.
    """

    generation: int = Field(ge=0)
    full: tuple[Route, ...] | None = None
    base: int | None = None
    add: tuple[Route, ...] = ()
    withdraw: tuple[str, ...] = ()


class FilesPart(Wire):
    """The files held, `asset/file` each: all of them, or changes; `digest` is of the result."""

    digest: str
    full: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Report(Wire):
    """What an appliance says of itself, numbered upwards within one boot."""

    boot_id: str = Field(min_length=8, max_length=64)
    sequence: int = Field(ge=0)
    base_url_v4: str | None = Field(default=None, alias="baseUrlV4", pattern=r"^https?://")
    base_url_v6: str | None = Field(default=None, alias="baseUrlV6", pattern=r"^https?://")
    reads_through: bool = False
    codecs: tuple[str, ...] = ("vp8",)
    health: HealthPart
    routes: RoutesPart
    files: FilesPart

    def health_report(self) -> HealthReport:
        """Return what judges health."""
        measured = self.health
        return HealthReport(
            boot_id=self.boot_id,
            sequence=self.sequence,
            load=Load(
                gbps=measured.gbps,
                connections=measured.connections,
                disk_busy=measured.disk_busy,
                errors_5xx=measured.errors_5xx,
                first_byte_p95_ms=measured.first_byte_p95_ms,
                fill_active=measured.fill_active,
            ),
            base_url_v4=self.base_url_v4,
            base_url_v6=self.base_url_v6,
            reads_through=self.reads_through,
            codecs=frozenset(self.codecs),
        )


class SharedKey(Wire):
    """A key to verify URLs with; the secret in base64."""

    id: str
    secret: str

    @classmethod
    def of(cls, key: UrlKey) -> SharedKey:
        """Write a key."""
        return cls(id=key.id, secret=base64.b64encode(key.secret).decode())

    def key(self) -> UrlKey:
        """Read the key."""
        return UrlKey(self.id, base64.b64decode(self.secret))


class Reply(Wire):
    """What the control plane tells: `wants` names the parts (routes, files) to send in full."""

    accepted: bool
    wants: tuple[str, ...] = ()
    keys: tuple[SharedKey, ...] = ()
    revoked: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    interval_seconds: float = 5.0


def inventory_digest(files: Iterable[str]) -> str:
    """Return the digest by which both sides know that they mean the same files."""
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()
