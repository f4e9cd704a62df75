"""`python -m reelgraph_search`: serve searches and keep the indexes true."""

from __future__ import annotations

from reelgraph_kit.process import serve
from reelgraph_search.app import create_app
from reelgraph_search.settings import SearchSettings

if __name__ == "__main__":
    serve(create_app, SearchSettings)
