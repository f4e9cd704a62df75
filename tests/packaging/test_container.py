"""The container image, as far as it can be judged without an engine that builds it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reelgraph_cli.up.stack import build_stack

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
SERVICES = tuple(service.name for service in build_stack(4000, Path("/data")).services)


@pytest.mark.registries
@pytest.mark.skipif(platform.machine() != "x86_64", reason="its linter has a wheel for x86-64 only")
def test_the_linter_finds_nothing():
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    assert hadolint is not None
    command = [hadolint, "--failure-threshold", "style", str(ROOT / "deploy" / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_nobody_in_particular():
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]


def test_secrets_and_what_was_built_here_stay_out_of_it():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".venv", ".reelgraph", "**/node_modules"} <= set(ignored)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_nowhere_but_in_its_data(name):
    described = COMPOSE[name]
    assert described["read_only"] is True
    assert described["tmpfs"] == ["/tmp"]
    assert described["volumes"] == ["data:/data"]
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
