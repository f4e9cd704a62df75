"""`python -m subgraphs.catalog`: serve the catalog subgraph."""

from reelgraph_kit.process import serve
from subgraphs.catalog.app import create_app
from subgraphs.catalog.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
