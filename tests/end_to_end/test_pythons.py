"""`make run` in a fresh checkout, with every Python of this machine that we name."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.registries]

ROOT = Path(__file__).parents[2]
MINORS = (11, 12, 13, 14)
PAGES = ("router/reelgraph_router/pages", "clients/web/dist")
"""Built by Node.js, which no Python has a part in."""
SET_UP_SECONDS = 600


def _runs(python: str | Path, minor: int) -> bool:
    code = f"import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, {minor}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, check=False)
    return done.returncode == 0


def _candidates(minor: int) -> list[str | Path]:
    named = shutil.which(f"python3.{minor}")
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(versions.glob(f"3.{minor}.*/bin/python3.{minor}"))
    own = [sys.executable] if sys.version_info[:2] == (3, minor) else []
    return [*([named] if named else []), *kept, *own]


def pythons() -> dict[str, str]:
    """Return a working interpreter for each minor version that the machine has."""
    found = {}
    for minor in MINORS:
        working = (one for one in _candidates(minor) if _runs(one, minor))
        if (python := next(working, None)) is not None:
            found[f"3.{minor}"] = str(python)
    return found


PYTHONS = pythons()


def test_this_python_is_among_them():
    assert f"3.{sys.version_info.minor}" in PYTHONS


def checkout_at(folder: Path) -> Path:
    """Copy what git tracks, and the pages that are built already."""
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, names):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    for pages in PAGES:
        shutil.copytree(ROOT / pages, folder / pages)
    return folder


@pytest.mark.parametrize("version", PYTHONS)
def test_make_run(version, make_run, tmp_path):
    stack = make_run(checkout_at(tmp_path / "checkout"), PYTHONS[version])
    stack.wait_for("Ready in", SET_UP_SECONDS)
    query = '{ title(id: "the-general-1926") { name similar(first: 1) { name } } }'
    answer = httpx.post(stack.url(0, "/graphql"), json={"query": query}, timeout=60).json()
    assert answer == {
        "data": {"title": {"name": "The General", "similar": [{"name": "Steamboat Bill, Jr."}]}}
    }
    os.killpg(stack.process.pid, signal.SIGINT)
    stack.wait_for("Stopped", 60)
    assert stack.process.wait(60) in (0, 2, -signal.SIGINT), "make tells of the interrupt"
    with pytest.raises(httpx.ConnectError):
        httpx.get(stack.url(0))
