"""What the catalog subgraph can be told."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from reelgraph_dgs.settings import SubgraphSettings


class Settings(SubgraphSettings):
    """Settings of the catalog subgraph, read from `REELGRAPH_CATALOG_…`."""

    service_name: ClassVar[str] = "catalog"

    port: int = Field(
        default=4011, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one."
    )
    seed_films: bool = Field(
        default=True, description="Put the packaged public-domain films in at the first start."
    )
    open_writes: bool = Field(
        default=False,
        description="Let every caller change the catalogue, without the scope catalog:write. "
        "For development only.",
    )
