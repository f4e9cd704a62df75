"""Install the peer routers' packages: `python -m tests.router.peers.install`."""

from __future__ import annotations

import subprocess
import sys

from tests.router.peers.routers import HERE, find_program


def install() -> None:
    """Install what package-lock.json names, unless it is there."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if installed.is_file() and installed.read_text() == lock.read_text():
        return
    command = [find_program("npm"), "ci", "--no-progress", "--loglevel=error", "--ignore-scripts"]
    subprocess.run(command, cwd=HERE, check=True)
    installed.write_text(lock.read_text())


if __name__ == "__main__":
    sys.exit(install())
