"""What the artwork subgraph can be told."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from reelgraph_dgs.settings import SubgraphSettings


class Settings(SubgraphSettings):
    """Settings of the artwork subgraph, read from `REELGRAPH_ARTWORK_…`."""

    service_name: ClassVar[str] = "artwork"

    port: int = Field(
        default=4016, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one."
    )
    public_base_url: str = Field(
        default="http://127.0.0.1:4016",
        pattern=r"^https?://[^\s?#]+$",
        description="Where clients reach this service: the beginning of every image's URL.",
    )
    image_key_file: Path | None = Field(
        default=None,
        description="File of the secret that image URLs are signed with; replicas share one. "
        "Empty: <data_dir>/artwork/image-urls.key, made when missing.",
    )
    explore_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of the choices that are drawn evenly from all variants of a title.",
    )
