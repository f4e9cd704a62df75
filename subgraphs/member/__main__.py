"""Run the member subgraph: `python -m subgraphs.member`."""

from reelgraph_kit.process import serve
from subgraphs.member.app import create_app
from subgraphs.member.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
