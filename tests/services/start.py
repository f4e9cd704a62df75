"""Start a real server by hand: `python tests/services/start.py NAME`; Ctrl-C stops it."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from reelgraph_services.server import stop
from reelgraph_services.shared import NAMES, start


def main(arguments: list[str]) -> int:
    """Start the server, print its address, wait for a signal; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in NAMES:
        print(f"Usage: start.py {'|'.join(NAMES)}", file=sys.stderr)
        return 2
    name = next(name for name in NAMES if name == arguments[0])
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: stopping.set())
    server = start(name)
    print(server.url, flush=True)
    stopping.wait()
    stop(server)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
