"""Billing's settings."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from reelgraph_dgs.settings import SERVICE_SCOPES, GrantedScopes, SubgraphSettings


class Settings(SubgraphSettings):
    """What billing can be told by the environment."""

    service_name: ClassVar[str] = "billing"

    service_scopes: GrantedScopes = Field(
        default=("playback=billing:read",), description=SERVICE_SCOPES
    )
    port: int = Field(default=4013, ge=0, le=65535, description="TCP port to listen on.")
    cycle_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How often open charges are reconciled and ended periods renewed, in seconds.",
    )
    seed_demo: bool = Field(
        default=False, description="Give the demo member a paid plan at start. For trying out only."
    )
