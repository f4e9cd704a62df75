"""Run the registry: `python -m reelgraph_registry`."""

import sys

from reelgraph_kit.process import EXIT_SETTINGS, serve

from .app import create_app
from .http.auth import TokenFileError
from .settings import RegistrySettings


def main() -> None:
    """Serve until told to stop; a token file that cannot be used ends with exit code 2."""
    try:
        serve(create_app, RegistrySettings)
    except TokenFileError as error:
        print(f"registry: {error} (setting REELGRAPH_REGISTRY_ADMIN_TOKEN_FILE)", file=sys.stderr)
        raise SystemExit(EXIT_SETTINGS) from None


if __name__ == "__main__":
    main()
