"""Run the router: `python -m reelgraph_router`, with settings from the environment."""

from __future__ import annotations

import sys

from reelgraph_kit.process import EXIT_SETTINGS, serve
from reelgraph_router.app import NoSource, create_app
from reelgraph_router.configuration import ConfigurationError
from reelgraph_router.http.lean_protocol import LeanProtocol
from reelgraph_router.settings import RouterSettings

if __name__ == "__main__":
    try:
        serve(create_app, RouterSettings, http=LeanProtocol)
    except (NoSource, ConfigurationError) as error:
        print(f"router: {error}", file=sys.stderr)
        raise SystemExit(EXIT_SETTINGS) from None
