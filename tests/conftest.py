"""Fixtures for all tests: the subgraph kit's, and the addresses of real servers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "services"))

pytest_plugins = ["reelgraph_dgs.pytest_plugin", "reelgraph_services.fixtures"]
