"""`python -m reelgraph_cli.web` serves the built web client."""

from reelgraph_cli.web.app import create_app
from reelgraph_cli.web.settings import WebSettings
from reelgraph_kit.process import serve

if __name__ == "__main__":
    serve(create_app, WebSettings)
