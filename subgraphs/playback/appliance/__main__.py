"""Run an appliance: `python -m subgraphs.playback.appliance`."""

from __future__ import annotations

import socket
import sys

from reelgraph_kit.process import serve
from reelgraph_kit.settings import load_or_exit
from subgraphs.playback.appliance.app import create_app
from subgraphs.playback.appliance.settings import Settings
from subgraphs.playback.fleet_file import FleetFileError, read_fleet_file

LOOPBACK = "127.0.0.1"


def main() -> None:
    """Listen where the settings or the fleet file say, and serve."""
    settings = load_or_exit(Settings)
    try:
        serve(create_app, Settings, place(settings))
    except FleetFileError as error:
        print(f"appliance: {error} (setting REELGRAPH_APPLIANCE_FLEET_FILE)", file=sys.stderr)
        raise SystemExit(2) from None


def place(settings: Settings) -> Settings:
    """Complete host and port from the fleet file; raises FleetFileError.

    Where a loopback address other than 127.0.0.1 does not exist, 127.0.0.1 takes its place.
    """
    entry = read_fleet_file(settings.fleet_file).find(settings.id)
    given = settings.model_fields_set
    host = settings.host if "host" in given else entry.host
    port = settings.port if "port" in given else entry.port
    if host.startswith("127.") and not can_bind(host):
        host = LOOPBACK
    return settings.model_copy(update={"host": host, "port": port})


def can_bind(host: str) -> bool:
    """Tell whether this machine has an address."""
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
