"""Run the registry: `python -m reelgraph_registry`."""

from reelgraph_kit.process import serve

from .app import create_app
from .settings import RegistrySettings

if __name__ == "__main__":
    serve(create_app, RegistrySettings)
