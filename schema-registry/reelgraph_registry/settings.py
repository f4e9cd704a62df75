"""The registry's settings, read from REELGRAPH_REGISTRY_* environment variables."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from reelgraph_kit.settings import ServiceSettings

from .domain.subgraph_version import SchemaLimits

_LIMITS = SchemaLimits()


class RegistrySettings(ServiceSettings):
    """What the registry can be told."""

    service_name: ClassVar[str] = "registry"

    port: int = Field(default=4001, ge=0, le=65535, description="TCP port to listen on.")
    admin_token_file: Path | None = Field(
        default=None,
        description="File with the token that publishing, checking and reporting usage need. "
        "Without it the registry can only be read.",
    )
    max_body_bytes: int = Field(
        default=32_000_000, ge=1_000, description="Largest request body that is read, in bytes."
    )
    max_sdl_bytes: int = Field(
        default=_LIMITS.max_sdl_bytes,
        ge=1_000,
        description="Largest schema of one subgraph, in bytes.",
    )
    max_subgraphs: int = Field(
        default=_LIMITS.max_subgraphs,
        ge=1,
        description="Most subgraphs that are published or checked at once.",
    )
    max_wait_seconds: float = Field(
        default=60.0, ge=0, le=3600, description="Longest wait that a long-poll is granted."
    )
    poll_seconds: float = Field(
        default=0.5,
        gt=0,
        le=60,
        description="How often the database is asked for another process's publish, while someone "
        "waits for one.",
    )
    usage_retention_days: int = Field(
        default=90, ge=1, description="How long recorded usage is kept."
    )
