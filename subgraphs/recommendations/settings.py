"""What the recommendations subgraph can be told."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from reelgraph_dgs.settings import SubgraphSettings


class Settings(SubgraphSettings):
    """Settings of the recommendations subgraph, read from `REELGRAPH_RECOMMENDATIONS_…`."""

    service_name: ClassVar[str] = "recommendations"

    port: int = Field(
        default=4015, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one."
    )
    catalog_url: str = Field(
        default="http://127.0.0.1:4011/graphql",
        pattern=r"^https?://\S+$",
        description="Where the catalog subgraph answers GraphQL.",
    )
    model_timeout_seconds: float = Field(
        default=0.8,
        gt=0,
        description="Longest time for personal rows before the family top ten is shown instead.",
    )
    anonymous_maturity: Literal["ALL", "SEVEN", "THIRTEEN", "SIXTEEN", "EIGHTEEN"] = Field(
        default="THIRTEEN",
        description="Up to which rating titles are shown to callers without a profile.",
    )
