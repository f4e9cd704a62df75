"""Every service that keeps data says in one line that it cannot, and ends with exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reelgraph_cli.up.stack import build_stack

pytestmark = pytest.mark.end_to_end


def services(tmp_path):
    return {service.name: service for service in build_stack(45_000, tmp_path / "data").services}


OPTIONAL = {"router", "web"}
KEEPING = (
    "registry",
    "search",
    "catalog",
    "member",
    "billing",
    "playback",
    "recommendations",
    "artwork",
    "appliance-1",
)


def test_each_process_of_the_stack_is_looked_at(tmp_path):
    kinds = {name for name in services(tmp_path) if not name.startswith("appliance-")}
    assert kinds | {"appliance-1"} == {*KEEPING, *OPTIONAL}


@pytest.mark.parametrize("name", KEEPING)
def test_a_folder_that_cannot_be_made(name, tmp_path):
    (tmp_path / "file").touch()
    stack = build_stack(45_000, tmp_path / "file" / "data")
    service = stack.find(name)
    assert service is not None
    done = subprocess.run(
        [sys.executable, "-m", service.package],
        env=os.environ | service.environment(stack) | {f"{service.prefix}PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert str(tmp_path / "file" / "data") in line
    assert f"{service.prefix}DATA_DIR" in line
