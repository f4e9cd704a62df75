"""Put the streaming service into packages, and refuse to build one without the pages for browsers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVICE = {
    "subgraphs": "reelgraph_service/subgraphs",
    "clients/web/dist": "reelgraph_service/clients/web/dist",
}
"""Where a wheel has what (see cli/reelgraph_service/__init__.py); an sdist has it where it stands."""
PAGES = ("router/reelgraph_router/pages/graphiql/index.html", "clients/web/dist/index.html")


class PagesHook(BuildHookInterface[Any]):
    """Runs before a wheel or an sdist is built; an editable install needs no pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Look for the pages, and say where the service goes; raises RuntimeError that says how they are built."""
        if version == "editable":
            return
        missing = [page for page in PAGES if not (Path(self.root) / page).is_file()]
        if missing:
            raise RuntimeError(
                f"The pages for browsers are not built: {', '.join(missing)} is missing. Run "
                "`make pages` first."
            )
        if self.target_name == "wheel":
            build_data["force_include"].update(SERVICE)
