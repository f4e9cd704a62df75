"""Run the billing subgraph: `python -m subgraphs.billing`."""

from reelgraph_kit.process import serve
from subgraphs.billing.app import create_app
from subgraphs.billing.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
