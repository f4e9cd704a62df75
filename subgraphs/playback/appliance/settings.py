"""An appliance's settings."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from reelgraph_kit.settings import ServiceSettings
from subgraphs.playback.fleet_file import DEFAULT_FLEET_FILE


class Settings(ServiceSettings):
    """What an appliance can be told by the environment.

    Without host or port it listens where the fleet file says.
    """

    service_name: ClassVar[str] = "appliance"

    id: str = Field(default="oca-1", description="Which appliance of the fleet file this is.")
    fleet_file: Path = Field(
        default=DEFAULT_FLEET_FILE,
        description="TOML file that lists the appliances and their announced prefixes.",
    )
    control_url: str = Field(
        default="http://127.0.0.1:4014", description="Where playback's control plane is."
    )
    control_key_file: Path | None = Field(
        default=None,
        description="File of the secret shared with the control plane. "
        "Empty: <data_dir>/keys/appliances/<id>.key.",
    )
    public_url: str = Field(
        default="",
        description="Address that IPv4 clients reach this appliance by. Empty: host and port.",
    )
    public_url_v6: str = Field(
        default="", description="Address that IPv6 clients reach it by; empty: they cannot."
    )
    cache_bytes: int = Field(
        default=512 * 1024 * 1024, ge=1, description="Most bytes of files kept on disk."
    )

    @property
    def key_path(self) -> Path:
        """The file of the shared secret."""
        return self.control_key_file or self.data_dir / "keys" / "appliances" / f"{self.id}.key"

    @property
    def cache_dir(self) -> Path:
        """The folder of this appliance's files."""
        return self.data_dir / "appliances" / self.id

    @property
    def base_url(self) -> str:
        """The address to hand to IPv4 clients."""
        return self.public_url or f"http://{self.host}:{self.port}"
