"""Playback's settings."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from reelgraph_dgs.settings import SubgraphSettings
from subgraphs.playback.fleet_file import DEFAULT_FLEET_FILE


class Settings(SubgraphSettings):
    """What playback can be told by the environment."""

    service_name: ClassVar[str] = "playback"

    port: int = Field(default=4014, ge=0, le=65535, description="TCP port to listen on.")
    catalog_url: str = Field(
        default="http://127.0.0.1:4011/graphql", description="The catalog subgraph's endpoint."
    )
    member_url: str = Field(
        default="http://127.0.0.1:4012/graphql", description="The member subgraph's endpoint."
    )
    billing_url: str = Field(
        default="http://127.0.0.1:4013/graphql", description="The billing subgraph's endpoint."
    )
    fleet_file: Path = Field(
        default=DEFAULT_FLEET_FILE,
        description="TOML file that lists the appliances and their announced prefixes.",
    )
    appliance_keys_dir: Path | None = Field(
        default=None,
        description="Folder with each appliance's shared secret, <id>.key; made when missing. "
        "Empty: <data_dir>/keys/appliances.",
    )
    open_diagnostics: bool = Field(
        default=False,
        description="Let everybody ask ocas, oca and steeringExplain, which otherwise need the "
        "scope playback:diagnose.",
    )

    @property
    def keys_folder(self) -> Path:
        """The folder of the appliances' shared secrets."""
        return self.appliance_keys_dir or self.data_dir / "keys" / "appliances"
