"""Run the router: `python -m reelgraph_router`, with settings from the environment."""

from __future__ import annotations

from reelgraph_kit.process import serve
from reelgraph_router.app import create_app
from reelgraph_router.settings import RouterSettings

if __name__ == "__main__":
    serve(create_app, RouterSettings)
