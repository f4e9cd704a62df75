"""`python -m subgraphs.artwork`: serve the artwork subgraph."""

from reelgraph_kit.process import serve
from subgraphs.artwork.app import create_app
from subgraphs.artwork.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
