"""Member's settings."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from reelgraph_dgs.settings import SERVICE_SCOPES, GrantedScopes, SubgraphSettings


class Settings(SubgraphSettings):
    """What member can be told by the environment."""

    service_name: ClassVar[str] = "member"

    service_scopes: GrantedScopes = Field(
        default=("playback=member:read",), description=SERVICE_SCOPES
    )
    port: int = Field(default=4012, ge=0, le=65535, description="TCP port to listen on.")
    token_minutes: int = Field(
        default=60, ge=1, le=1440, description="How long an access token works, in minutes."
    )
    seed_demo: bool = Field(
        default=False,
        description="Make the demo member demo@reelgraph.example at start. For trying out only.",
    )
