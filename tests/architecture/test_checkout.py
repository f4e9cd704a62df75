"""The tests try the checkout that they stand in, in processes that they start as well."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOW = (
    "import importlib, sys\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"
)


def test_child_processes_run_this_checkout(tmp_path: Path) -> None:
    """pytest puts this checkout first for itself only; a child imports what is installed."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = [ROOT / name for name in settings["tool"]["pytest"]["ini_options"]["pythonpath"]]
    packages = [path.parent.name for one in folders for path in one.glob("reelgraph_*/__init__.py")]
    assert "reelgraph_cli" in packages
    command = [sys.executable, "-c", SHOW, *packages]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    elsewhere = [line for line in found.splitlines() if not Path(line).is_relative_to(ROOT)]
    assert not elsewhere, (
        f"{elsewhere} would be tested; install this checkout: make .venv/installed"
    )
