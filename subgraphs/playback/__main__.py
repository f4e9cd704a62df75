"""Run the playback subgraph: `python -m subgraphs.playback`."""

from reelgraph_kit.process import serve
from subgraphs.playback.app import create_app
from subgraphs.playback.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings)
