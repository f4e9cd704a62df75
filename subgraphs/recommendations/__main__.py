"""`python -m subgraphs.recommendations`: serve the recommendations subgraph."""

from reelgraph_kit.process import serve
from subgraphs.recommendations.app import create_app
from subgraphs.recommendations.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
