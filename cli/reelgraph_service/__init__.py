"""The streaming service, wherever it was installed: its packages, schemas and pages.

In a checkout they stand in the repository. An installed package has them below this one, so that
the top-level name `subgraphs` stays free for those who install reelgraph for their own graph; only
a process of the service itself puts them on its path.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["put_on_path", "root"]

_HERE = Path(__file__).parent


def root() -> Path:
    """Return the folder that holds `subgraphs/` and `clients/web/dist/`."""
    return _HERE if (_HERE / "subgraphs").is_dir() else _HERE.parents[1]


def put_on_path() -> None:
    """Let this process, and those that it forks, import `subgraphs`: ours before any other."""
    folder = str(root())
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)
