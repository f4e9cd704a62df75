"""Install the real servers that tests use: `python tests/services/install.py [NAME…]`.

They are kept outside of the work tree (see reelgraph_services/cache.py); what is there already
is not downloaded again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from reelgraph_services.shared import NAMES, install

_TOOLS = {"mvn": "maven", "java": "openjdk-17-jre-headless", "setpriv": "util-linux"}


def main(names: list[str]) -> int:
    """Install the named servers, or all; returns the exit code."""
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    install_tools()
    for name in NAMES:
        if not names or name in names:
            started = time.monotonic()
            where = install(name)
            print(f"{name}: {where} ({time.monotonic() - started:.1f} s)", flush=True)
    return 0


def install_tools() -> None:
    """Install Java and Maven on a machine where this process may; else name what is missing."""
    missing = [package for tool, package in _TOOLS.items() if shutil.which(tool) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(f"Install these first: {' '.join(missing)}")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
