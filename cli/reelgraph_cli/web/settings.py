"""Settings of the web client's server."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from reelgraph_kit.settings import ServiceSettings
from reelgraph_service import root as service_root


def built_pages() -> Path:
    """Return where the build leaves the client's pages."""
    return service_root() / "clients" / "web" / "dist"


class WebSettings(ServiceSettings):
    """What the web client's server can be told; each name has the prefix ``REELGRAPH_WEB_``."""

    service_name: ClassVar[str] = "web"
    needs_data_dir: ClassVar[bool] = False

    port: int = Field(default=4003, description="TCP port to listen on.")
    router_url: str = Field(
        default="http://127.0.0.1:4000",
        description="Address of the router, as a browser reaches it.",
    )
    pages_dir: Path = Field(
        default_factory=built_pages, description="Folder of the built client (clients/web/dist)."
    )
